import type { CallDigest, DriftReport, DriftState, NewEvent, StepDigest, StepEnd } from '#contracts';
import { evaluateStep } from '#drift';
import { closeStep, type PartialDigest, type Places, readJudgeVerdict, readWindow, type StepKey, type StoredMessage, type Turn, type Tx, withTx } from '#store';
import type { RunDeps } from './deps.js';
import { expectedTurn } from './expected-turn.js';

/** Ancestors that the signals look back on. */
export const WINDOW = 12;

export type Closing = {
  digest: PartialDigest;
  /** Digests of all the step's calls, in order. */
  calls: CallDigest[];
  parent: number;
  stateHash: Buffer;
  /** Where the last call left the world and the workspace; what it left alone stays where the step has it. */
  places: Places;
  /** The fold's state at the parent. */
  driftState: DriftState | null;
  finished: boolean;
  /** How many tools the agent has: few tools say nothing by being used over and over. */
  toolCount: number;
  /** All the step's messages, where this process has them. */
  messages: StoredMessage[] | null;
  /** The step whose verdict by a judge may be there by now. */
  judged: number | undefined;
  /** The step's turn as this process knows it, its tokens counted in; null where it does not. */
  turn: Turn | null;
};

/** A step that is ready to close: computed from what was committed before, so that nothing is read while it is written. */
export type Checkpoint = {
  report: DriftReport;
  /** What the verdict cost that was read, in tokens. */
  judgeTokens?: number;
  events: NewEvent[];
  /** Closes the step and saves its checkpoint in the caller's transaction. */
  save(tx: Tx): Promise<void>;
  /** To call once the transaction has committed. */
  remember(): void;
};

/**
 * Computes the step's drift report. What goes to Temporal is this report: numbers, names of signals and step numbers.
 */
export async function prepareCheckpoint(deps: Pick<RunDeps, 'pool' | 'cache'>, key: StepKey, c: Closing): Promise<Checkpoint> {
  const window = deps.cache.branch(key.runId, c.parent)?.digests ?? (await withTx(deps.pool, key.tenantId, (tx) => readWindow(tx, key, c.parent, WINDOW)));
  const digest: StepDigest = { ...c.digest, step: key.step, attempts: key.attempt, calls: c.calls, state: c.stateHash.toString('hex', 0, 8), finished: c.finished };
  const verdict = c.judged === undefined ? null : await withTx(deps.pool, key.tenantId, (tx) => readJudgeVerdict(tx, key, c.judged!));
  const { report, state } = evaluateStep(digest, window, c.driftState, { toolCount: c.toolCount }, verdict);
  const at = { step: key.step, attempt: key.attempt };
  return {
    report,
    ...(verdict && { judgeTokens: verdict.promptTokens + verdict.outputTokens }),
    events: [
      { type: 'drift.report', ...at, data: { verdict: report.verdict, overthinking: report.overthinking, overacting: report.overacting, ...(report.judge && { judge: report.judge }) } },
      { type: 'checkpoint.saved', ...at },
    ],
    save: (tx) => closeStep(tx, key, { parent: c.parent, digest, report, driftState: state, stateHash: c.stateHash, ...c.places }),
    remember: () => deps.cache.extend(key.runId, c.parent, { step: key.step, messages: c.messages, digest, expected: c.turn && expectedTurn(c.turn, c, state) }),
  };
}

/** How a step ended, for its workflow. */
export const stepEndOf = ({ report, judgeTokens }: Checkpoint, finished: boolean): StepEnd => ({ report, finished, unread: 0, ...(judgeTokens !== undefined && { judgeTokens }) });
