import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { type ArtifactView, LOCAL_TENANT, type RunView } from '#contracts';
import { Stack } from './stack.js';

/**
 * Runs the whole stack and a medical run to its signed note in a network namespace that has loopback and nothing else,
 * and prints how many packets the kernel had no route for: every attempt to reach anything else is one.
 */
const TRANSCRIPT = '[doctor] what brings you in ?\n[patient] my left knee hurts since two weeks .\n[doctor] start ibuprofen 400 milligrams twice a day . come back in three weeks .';

/** Packets without a route, IPv4 and IPv6, since the namespace was made. */
function unrouted(): number {
  const [names, values] = readFileSync('/proc/net/snmp', 'utf8').split('\n').filter((l) => l.startsWith('Ip:')).map((l) => l.split(' '));
  const four = Number(values![names!.indexOf('OutNoRoutes')]);
  const six = Number(/^Ip6OutNoRoutes\s+(\d+)/m.exec(readFileSync('/proc/net/snmp6', 'utf8'))?.[1] ?? 0);
  return four + six;
}

const stack = await Stack.start({ script: 'test/harness/scribe.ts' });
try {
  await stack.api.start();
  const call = async <T>(method: string, path: string, body?: object, accept = 'application/json'): Promise<T> => {
    const answer = await fetch(`${stack.apiUrl}/v1${path}`, { method, headers: { 'content-type': 'application/json', accept }, ...(body ? { body: JSON.stringify(body) } : {}) });
    return (answer.headers.get('content-type')?.includes('json') ? await answer.json() : await answer.text()) as T;
  };
  const { id: runId } = await call<RunView>('POST', '/runs', { agent: 'medical', input: { transcript: TRANSCRIPT } });
  await stack.untilStatus({ tenantId: LOCAL_TENANT, runId }, 'waiting_approval', 60_000);
  const [artifact] = (await call<{ data: ArtifactView[] }>('GET', `/runs/${runId}/artifacts`)).data;
  const path = `/runs/${runId}/artifacts/${artifact!.id}`;
  const { signOff } = await call<ArtifactView>('GET', path);
  await call('POST', `${path}/sign`, { digest: signOff!.digest });
  await stack.untilStatus({ tenantId: LOCAL_TENANT, runId }, 'completed', 60_000);
  const exported = await call<string>('GET', path, undefined, 'text/markdown');
  const attempts = unrouted();
  // What the count is worth: one attempt on purpose must show.
  await new Promise((done) => connect(9, '192.0.2.1').once('error', done));
  console.log(JSON.stringify({ signed: exported.includes('Signed by'), attempts, seen: unrouted() - attempts }));
} finally {
  await stack.stop();
}
