import { askJudge, type Judged, soleGate } from '#activities';
import { LOCAL_TENANT, type StepDigest } from '#contracts';
import { type JudgeCase, JUDGED_STEPS } from '#drift';
import type { Row } from '../../bench/options.js';
import type { KeptAnswers } from '../model/kept.js';
import type { EvalRuntime } from '../model/start-runtime.js';
import type { Replayed } from './held-out.js';
import { auc } from './replay.js';
import { type RecordedStep, toolOf } from './runs.js';
import { wilson } from './wilson.js';

/** Steps that people called drift, among the last eight: from this many on the judge should see it, at none it should not. */
const DRIFTING = 3;
const CONTEXT = 4_096;
const CALL_MS = 1_800_000;
/** What the record of a run does not have: the judge is told so. */
const GOAL = 'What the run was asked for is not recorded.';

/** Labels that people gave to a step, by what they say of it. */
const LABELS: Record<string, { of: string; is: string }[]> = {
  overthinking: [{ of: 'thought_thought', is: 'Redundancy' }],
  overacting: [{ of: 'action_action', is: 'Repetition' }, { of: 'result_action', is: 'No Influence' }, { of: 'result_thought', is: 'No Influence' }],
};

type Window = { name: string; drifting: boolean; log: JudgeCase['log']; digests: StepDigest[]; score: number };

/** Windows of labelled runs in which people saw drift, and as many in which they saw none: spread over the runs, the same at every call. */
export function windowsOf(all: Replayed[], most: number): Window[] {
  const found = all.filter(({ run }) => run.steps.some(({ labels }) => labels?.['thought_thought'] !== undefined)).flatMap((j) =>
    j.run.steps.flatMap((_, i) => {
      if (i + 1 < JUDGED_STEPS || (i + 1) % (JUDGED_STEPS / 2) !== 0) return [];
      const steps = j.run.steps.slice(i + 1 - JUDGED_STEPS, i + 1);
      const labelled = steps.filter((step) => Object.keys(LABELS).some((kind) => called(step, kind))).length;
      if (labelled > 0 && labelled < DRIFTING) return [];
      const report = j.reports[i]!;
      return [{ name: `${j.run.source} ${j.run.id} ${i + 1}`, drifting: labelled > 0, log: steps.map((step, k) => logged(step, i + 2 - JUDGED_STEPS + k)), digests: j.digests.slice(0, i + 1).reverse(), score: report.hard ? 1 : Math.max(report.overthinking, report.overacting) }];
    }),
  );
  return [true, false].flatMap((drifting) => {
    const some = found.filter((w) => w.drifting === drifting);
    const step = Math.max(1, some.length / most);
    return Array.from({ length: Math.min(most, some.length) }, (_, i) => some[Math.floor(i * step)]!);
  });
}

const called = ({ labels }: RecordedStep, kind: string): boolean => LABELS[kind]!.some(({ of, is }) => labels?.[of] === is);

function logged(step: RecordedStep, n: number): JudgeCase['log'][number] {
  const { kind } = toolOf(step);
  const thought = /^\s*(none)?\s*$/i.test(step.thought ?? '') ? '' : step.thought;
  return { step: n, thought, text: '', calls: step.tool === 'None' ? [] : [{ tool: step.tool, kind, args: JSON.stringify(step.args ?? {}), result: step.obs ?? '' }] };
}

/** What a judge says of those windows beside what people said, and beside the signals on the same steps. */
export async function judgeRows(windows: Window[], given: EvalRuntime, kept: KeptAnswers<Judged>, note: (name: string, value: number) => void): Promise<Row[]> {
  // Nothing here hangs on how quick the machine is.
  const gate = soleGate(given.runtime, given.model, 1, { limitsOf: () => ({}) });
  const route = gate.router.forRole('judge');
  const said: { window: Window; judged: Judged }[] = [];
  for (const window of windows) {
    const task: JudgeCase = { goal: GOAL, log: window.log, digests: window.digests, lastChange: null };
    const judged = await kept.once(window.name, () => askJudge({ gate, contextTokens: CONTEXT }, task, { tenantId: LOCAL_TENANT, route, signal: AbortSignal.timeout(CALL_MS), yields: false }));
    said.push({ window, judged });
    console.error(`• ${said.length} of ${windows.length} judged: ${window.drifting ? 'drift' : 'calm'}, ${judged.label ?? `dropped (${judged.dropped})`}`);
  }
  const drifting = said.filter(({ window }) => window.drifting);
  const calm = said.filter(({ window }) => !window.drifting);
  const flagged = (some: typeof said): number => some.filter(({ judged }) => judged.label === 'overthinking' || judged.label === 'overacting').length;
  const dropped = (why: string): number => said.filter(({ judged }) => judged.dropped === why).length;
  const of = (n: number, all: number): string => `${n} of ${all} (${wilson(n, all).map((p) => (100 * p).toFixed(0)).join(' to ')} %)`;
  const score = ({ judged }: { judged: Judged }): number => Math.max(judged.overthinking, judged.overacting);
  const ranked = auc(drifting.map(score), calm.map(score));
  const signals = auc(drifting.map(({ window }) => window.score), calm.map(({ window }) => window.score));
  const mean = (count: (judged: Judged) => number): number => said.reduce((sum, { judged }) => sum + count(judged), 0) / Math.max(1, said.length);
  for (const [name, value] of Object.entries({ recall: flagged(drifting) / Math.max(1, drifting.length), false_alarms: flagged(calm) / Math.max(1, calm.length), auc: ranked, auc_of_signals: signals, invalid: dropped('output_invalid') / Math.max(1, said.length), quote_not_found: dropped('quote_not_found') / Math.max(1, said.length) })) if (value !== null) note(`judge.${name}`, value);
  return [{
    judge: given.model, windows: said.length, 'drift called drift': of(flagged(drifting), drifting.length), 'calm called drift': of(flagged(calm), calm.length), AUC: ranked?.toFixed(2) ?? '-', 'AUC of the signals': signals?.toFixed(2) ?? '-',
    'no valid answer': dropped('output_invalid'), 'false quotation': dropped('quote_not_found'), 'drift without one': dropped('no_evidence'), 'tokens read': Math.round(mean((j) => j.promptTokens)), 'tokens written': Math.round(mean((j) => j.outputTokens)), samples: mean((j) => j.samples).toFixed(1),
  }];
}
