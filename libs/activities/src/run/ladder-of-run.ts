import type { DriftPolicy, Remedy } from '#contracts';
import { DEFAULT_LADDER, effectOf, fitLadder, hash64, share } from '#drift';
import type { Router } from '#models';
import { readDriftOutcomes, type Tx } from '#store';
import type { AgentImplementation } from '../agent.js';
import { canGate } from './gate-tools.js';

/** The agent's policy as this run climbs it: with a ladder that it can climb, and without the rungs that hurt. */
export async function ladderOfRun(tx: Tx, run: { tenantId: string; runId: string; model: string }, agent: AgentImplementation, drift: DriftPolicy, routes: { routed: boolean; router: Router }): Promise<DriftPolicy> {
  if (!drift.enabled) return drift;
  const ladder = fitLadder(drift.ladder ?? DEFAULT_LADDER, impossible(agent, routes));
  const hurting = await rungsThatHurt(tx, run, agent.contract.name);
  const off = [...new Set([...(drift.off ?? []), ...hurting])];
  // Thirty bits: the hash's own digits, since those of a time-ordered id hardly differ.
  return { ...drift, ladder, ...(off.length > 0 ? { off } : {}), seed: drift.seed ?? parseInt(hash64(run.runId).slice(0, 8), 16) >>> 2 };
}

/** What the agent, or the models that are configured, cannot do. */
function impossible({ contract }: AgentImplementation, { routed, router }: { routed: boolean; router: Router }): Set<Remedy> {
  const cannot = new Set<Remedy>();
  if (!canGate(contract)) cannot.add('gate_tools');
  // A result that goes by reference must be one that the agent can open again.
  if (contract.memory?.tools === false || contract.memory?.compaction === false) cannot.add('compact');
  const [main, large] = [router.forRole('main'), router.forRole('large')];
  if (!routed || (main.runtimeId === large.runtimeId && main.model === large.model)) cannot.add('escalate');
  return cannot;
}

/** The remedies whose outcomes, beside alarms that were left alone, say that they do harm. */
async function rungsThatHurt(tx: Tx, run: { tenantId: string; model: string }, agent: string): Promise<Remedy[]> {
  const rows = await readDriftOutcomes(tx, run.tenantId, { agent, model: run.model });
  const sharesOf = (rung: string, holdout: boolean) => {
    const row = rows.find((r) => r.rung === rung && r.holdout === holdout);
    return share(row?.recovered ?? 0, row?.alarms ?? 0);
  };
  const rungs = [...new Set(rows.map((r) => r.rung))].filter((rung): rung is Remedy => rung !== 'none' && rung !== 'ask' && rung !== 'stop');
  return rungs.filter((rung) => effectOf(sharesOf(rung, false), sharesOf(rung, true)).effect === 'hurts');
}
