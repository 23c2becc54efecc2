import { type BranchSummary, type ComparedStep, type Comparison, HoldfastError, type RunRef } from '#contracts';
import { type BranchStep, readBranchSteps, readRunRecord, type RunRecord, type Tx } from '#store';

const MAX_STEPS = 200;

/** Where two branches, of one run or of two, part, and what each did from there on. @throws HoldfastError `not_found` */
export async function compareRuns(tx: Tx, tenantId: string, a: { runId: string; head?: number | undefined }, b: { runId: string; head?: number | undefined }): Promise<Comparison> {
  const [left, right] = [await readSide(tx, { tenantId, runId: a.runId }, a.head), await readSide(tx, { tenantId, runId: b.runId }, b.head)];
  const shared = sharedSteps(left.steps, right.steps);
  const [restA, restB] = [left.steps.slice(shared), right.steps.slice(shared)];
  const depth = Math.min(MAX_STEPS, Math.max(restA.length, restB.length));
  return {
    shared,
    parted: { a: left.steps[shared - 1]?.step ?? 0, b: right.steps[shared - 1]?.step ?? 0 },
    sameResult: JSON.stringify(left.record.result) === JSON.stringify(right.record.result),
    a: summarize(left, restA),
    b: summarize(right, restB),
    steps: Array.from({ length: depth }, (_, i) => ({ a: view(restA[i]), b: view(restB[i]) })),
  };
}

type Side = { record: RunRecord; head: number; steps: BranchStep[] };

async function readSide(tx: Tx, ref: RunRef, head: number | undefined): Promise<Side> {
  const record = await readRunRecord(tx, ref);
  if (!record) throw new HoldfastError('not_found', 'There is no run with this id.');
  const leaf = head ?? record.head.step;
  const steps = await readBranchSteps(tx, ref, leaf);
  if (leaf > 0 && steps.length === 0) throw new HoldfastError('not_found', `Run ${ref.runId} has no closed step ${leaf}.`);
  return { record, head: leaf, steps };
}

/** Steps are the same where their messages are: a fork has its parent's, and so have branches of one run. */
export function sharedSteps(a: Pick<BranchStep, 'signature'>[], b: Pick<BranchStep, 'signature'>[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared]!.signature === b[shared]!.signature) shared++;
  return shared;
}

function summarize({ record, head }: Side, steps: BranchStep[]): BranchSummary {
  const sum = (of: (s: BranchStep) => number): number => steps.reduce((n, s) => n + of(s), 0);
  return {
    runId: record.id,
    status: record.status,
    head,
    steps: steps.length,
    promptTokens: sum((s) => s.promptTokens),
    outputTokens: sum((s) => s.outputTokens),
    thinkingTokens: sum((s) => s.thinkingTokens),
    tools: count(steps.flatMap((s) => s.tools)),
    drift: { overthinking: Math.max(0, ...steps.map((s) => s.overthinking)), overacting: Math.max(0, ...steps.map((s) => s.overacting)), verdicts: count(steps.map((s) => s.verdict)) },
    result: record.result ?? null,
  };
}

function count(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function view(s: BranchStep | undefined): ComparedStep | null {
  if (!s) return null;
  const { thinkingTokens: _, signature: _s, ...step } = s;
  return step;
}
