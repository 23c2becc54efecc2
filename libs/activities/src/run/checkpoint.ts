import type { CallDigest, DriftState, StepDigest, StepEnd } from '#contracts';
import { evaluateStep } from '#drift';
import { appendEvents, closeStep, type PartialDigest, readCheckpoint, readWindow, type StepKey, type Tx } from '#store';

/** Ancestors that the signals look back on. */
const WINDOW = 12;

export type Closing = {
  digest: PartialDigest;
  /** Digests of all the step's calls, in order. */
  calls: CallDigest[];
  parent: number;
  stateHash: Buffer;
  /** The fold's state at the parent; read where not given. */
  driftState: DriftState | null | undefined;
  finished: boolean;
};

/**
 * Computes the step's drift report from Postgres and closes the step with it: step, checkpoint, head and events in the
 * caller's transaction. What goes to Temporal is the report: numbers, names of signals and step numbers.
 */
export async function saveCheckpoint(tx: Tx, key: StepKey, c: Closing): Promise<{ end: StepEnd; lastSeq: number }> {
  const window = await readWindow(tx, key, c.parent, WINDOW);
  const previous = c.driftState === undefined ? ((await readCheckpoint(tx, key, c.parent))?.driftState ?? null) : c.driftState;
  const digest: StepDigest = { ...c.digest, step: key.step, attempts: key.attempt, calls: c.calls, state: c.stateHash.toString('hex', 0, 8), finished: c.finished };
  const { report, state } = evaluateStep(digest, window, previous);
  await closeStep(tx, key, { parent: c.parent, digest, report, driftState: state, stateHash: c.stateHash, worldVersion: null, workspaceCommit: null });
  const at = { step: key.step, attempt: key.attempt };
  const head = await appendEvents(tx, key, [
    { type: 'drift.report', ...at, data: { verdict: report.verdict, overthinking: report.overthinking, overacting: report.overacting } },
    { type: 'checkpoint.saved', ...at, data: {} },
  ]);
  return { end: { report, finished: c.finished, unread: head.unread }, lastSeq: head.lastSeq };
}
