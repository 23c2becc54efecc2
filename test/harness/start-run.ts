import { v7 as uuidv7 } from 'uuid';
import { probeContract } from '#agents/probe/contract';
import { type DriftOverrides, type Limits, LOCAL_PRINCIPAL, LOCAL_TENANT, type RunRef, type RunSteering, type Sampling } from '#contracts';
import { insertRun, type Pool, withTx } from '#store';
import { modelOf, type Scenario } from './scenario.js';

/** Writes the row of a run of the probe agent that plays `scenario`, as the API does; its start is another matter. */
export async function writeRun(pool: Pool, scenario: Scenario, more: { limits?: Partial<Limits>; bytes?: number; model?: string; agent?: string; sampling?: Sampling; steering?: RunSteering; drift?: DriftOverrides } = {}): Promise<RunRef> {
  const ref = { tenantId: LOCAL_TENANT, runId: uuidv7() };
  await withTx(pool, ref.tenantId, (tx) =>
    insertRun(tx, {
      ...ref,
      principalId: LOCAL_PRINCIPAL,
      agent: more.agent ?? probeContract.name,
      agentVersion: probeContract.version,
      input: { steps: scenario.steps, bytes: more.bytes ?? 200 },
      model: more.model ?? modelOf(scenario),
      priority: 'interactive',
      tags: [],
      limits: { ...probeContract.limits, ...more.limits },
      sampling: more.sampling ?? {},
      ...(more.steering ? { steering: more.steering } : {}),
      ...(more.drift ? { drift: more.drift } : {}),
    }),
  );
  return ref;
}
