import type { Sampling } from '#contracts';
import { readChunks, readRunRecord, readStepAttempt, withTx } from '#store';
import type { LoopStack } from '#test/harness/loop-stack';
import { until } from '#test/harness/until';
import { type Finished, finished, writeCodingRun } from './run-case.js';

/** Of one try of one case, the same for each agent that is compared. */
export type AttemptLimits = { steps: number; seconds: number; answerTokens: number };

export type HoldfastAttempt = {
  input: Record<string, unknown>;
  model: string;
  sampling?: Sampling;
  limits: AttemptLimits;
  /** A run ends its model calls at its own limit; what a command has begun by then is given this long before it is cancelled. */
  graceMs?: number;
};

const GRACE_MS = 30_000;
/** By then a run has begun, and one that was cancelled has ended, or something is broken that no figure should hide. */
const QUEUED_MS = 120_000;
const CANCELLED_MS = 120_000;
const LOOK_MS = 250;
/** A try that stands still says so this often. */
const SILENT_MS = 30_000;

/** One case by Holdfast's agent, to its end or to its limits. `tell` hears where it is, in ids and numbers. */
export async function attemptWithHoldfast(stack: LoopStack, a: HoldfastAttempt, tell: (where: string) => void = () => undefined): Promise<Finished> {
  const { steps, seconds, answerTokens } = a.limits;
  const { graceMs = GRACE_MS } = a;
  let cancelled = false;
  const ref = await writeCodingRun(stack.pool, { input: a.input, model: a.model, sampling: { ...a.sampling, maxTokens: answerTokens }, limits: { maxSteps: steps, maxSeconds: seconds } });
  const started = Date.now();
  const telling = teller(tell, started);
  await stack.startExecution(ref);
  const look = async (): Promise<Finished> => {
    const row = await stack.run(ref);
    // A step's number is taken when it begins.
    const step = row.next_step - 1;
    const [record, attempt, chunks] = await withTx(stack.pool, ref.tenantId, async (tx) => [await readRunRecord(tx, ref), await readStepAttempt(tx, ref, step), await readChunks(tx, ref, null)] as const);
    const end = finished(row, record?.result);
    if (end) return end;
    if (!cancelled && row.started_at && Date.now() > row.started_at.getTime() + seconds * 1_000 + graceMs) {
      await stack.ask(ref, 'cancel');
      cancelled = true;
      tell('over its time: cancelled');
    }
    const written = chunks.reduce((sum, { text }) => sum + text.length, 0);
    telling(`${row.status}${attempt ? `, step ${step} attempt ${attempt}` : ''}`, `${row.prompt_tokens + row.output_tokens} tokens${written ? ` and ${written} characters of an answer` : ''}`);
    throw new Error(`status ${row.status}, step ${step}`);
  };
  return until('the end of the run', look, QUEUED_MS + seconds * 1_000 + graceMs + CANCELLED_MS, LOOK_MS);
}

/** Says where a try is when that is new, and else now and then. */
export function teller(tell: (where: string) => void, started: number): (where: string, soFar?: string) => void {
  let told = '';
  let at = 0;
  return (where, soFar) => {
    if (where === told && Date.now() - at < SILENT_MS) return;
    [told, at] = [where, Date.now()];
    tell([where, soFar, `${Math.round((at - started) / 1_000)} s`].filter(Boolean).join(', '));
  };
}
