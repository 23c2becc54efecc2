import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Asked = { kind: string; method: 'GET' | 'POST'; path: string; body?: object };
/** Milliseconds from the moment that a request was due, or was sent where a timer fired early, to the last byte of its answer, by kind. */
export type Taken = { byKind: Map<string, number[]>; errors: string[]; sent: number; seconds: number };

const TIMEOUT_MS = 10_000;

/**
 * Sends `rate` requests a second for some seconds, whether or not earlier ones were answered. Latency counts from when
 * a request was due, so that a server which stalls is charged for those that had to wait.
 */
export async function generate(base: string, rate: number, seconds: number, next: (n: number) => Asked): Promise<Taken> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const taken: Taken = { byKind: new Map(), errors: [], sent: 0, seconds };
  const open = new Set<Promise<void>>();
  const start = performance.now();
  for (const total = rate * seconds; taken.sent < total; ) {
    const due = start + (taken.sent * 1_000) / rate;
    const wait = due - performance.now();
    if (wait > 0.5) await sleep(wait);
    const asked = next(taken.sent++);
    const from = Math.min(due, performance.now());
    const one = send(agent, base, asked)
      .then(() => {
        const times = taken.byKind.get(asked.kind) ?? [];
        times.push(performance.now() - from);
        taken.byKind.set(asked.kind, times);
      })
      .catch((error: Error) => void taken.errors.push(`${asked.kind}: ${error.message}`))
      .finally(() => open.delete(one));
    open.add(one);
  }
  await Promise.all(open);
  agent.destroy();
  return taken;
}

function send(agent: Agent, base: string, { method, path, body }: Asked): Promise<void> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const req = request(base + path, { agent, method, headers, timeout: TIMEOUT_MS }, (res) => {
      res.on('error', reject);
      res.on('end', () => (res.statusCode! < 400 ? resolve() : reject(new Error(`answered ${res.statusCode}`))));
      res.resume();
    });
    req.on('timeout', () => req.destroy(new Error('was not answered in time')));
    req.on('error', reject);
    req.end(text);
  });
}

/** The value below which a share of the times lies. */
export function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export const allOf = (taken: readonly Taken[]): number[] => taken.flatMap((t) => [...t.byKind.values()].flat());
