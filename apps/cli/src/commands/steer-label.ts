import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { HoldfastError, type LabelledStep, type StepLabel, stepLabelSchema } from '#contracts';
import { readLines, targetOf } from './steer-files.js';

const runSchema = z.object({
  source: z.string().default(''),
  id: z.string(),
  steps: z.array(z.object({ thought: z.string().nullish(), tool: z.string().nullish(), args: z.unknown().optional(), obs: z.string().nullish(), labels: z.record(z.string(), z.unknown()).optional() })),
});
type Step = z.infer<typeof runSchema>['steps'][number];

const CONTEXT_CHARS = 400;
const TEXT_CHARS = 400;
const JUDGED = { type: 'object', properties: { label: { type: 'string', enum: stepLabelSchema.options } }, required: ['label'] };

/** Turns recorded runs into labelled steps: by labels that people gave, or by asking the model. Balanced: as many good steps as labelled ones. */
export async function steerLabel(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { out: text, overthinking: text, overacting: text, judge: { type: 'boolean' }, source: text, most: text, url: text, model: text, json: { type: 'boolean' } } });
  if (!positionals[0] || !values.out) throw new HoldfastError('validation_failed', 'name the transcripts and --out FILE');
  if (!values.judge && !values.overthinking && !values.overacting) throw new HoldfastError('validation_failed', 'say which labels mean what (--overthinking KIND=VALUE), or --judge');
  const runs = readLines(positionals[0]).map((line) => runSchema.parse(line)).filter((run) => !values.source || run.source === values.source);
  const client = values.judge ? targetOf(values).client : null;
  const most = Number(values.most ?? 240);

  const labelled: LabelledStep[] = [];
  for (const run of runs) {
    for (const [i, step] of run.steps.entries()) {
      if (client && labelled.length >= most) break;
      const unlabelled = { task: run.id, step: i + 1, context: run.steps.slice(0, i).map(said).join('\n').slice(-CONTEXT_CHARS), text: textOf(step) };
      if (unlabelled.text === '') continue;
      const label = client ? stepLabelSchema.parse((JSON.parse((await client.chat(question(unlabelled), { seed: 1, maxTokens: 30, format: JUDGED })).text) as { label: unknown }).label) : given(step, values);
      if (label) labelled.push({ ...unlabelled, label });
    }
  }
  const kept = client ? labelled : balanced(labelled, most);
  writeFileSync(values.out, kept.map((step) => `${JSON.stringify(step)}\n`).join(''));
  const counts = stepLabelSchema.options.map((label) => [label, kept.filter((step) => step.label === label).length] as const);
  console.log(values.json ? JSON.stringify({ out: values.out, steps: Object.fromEntries(counts) }, null, 2) : counts.map(([label, count]) => `${label}: ${count}`).join(', '));
  return 0;
}

/** Null where nobody judged the step. */
function given({ labels }: Step, meaning: { overthinking?: string | undefined; overacting?: string | undefined }): StepLabel | null {
  if (!labels || Object.keys(labels).length === 0) return null;
  const is = (pair: string | undefined): boolean => {
    const [kind, value] = pair?.split('=') ?? [];
    return kind !== undefined && labels[kind] === value;
  };
  if (is(meaning.overthinking)) return 'overthinking';
  return is(meaning.overacting) ? 'overacting' : 'ok';
}

/** Every labelled step up to the bound, and as many good ones, spread evenly over all runs. */
function balanced(steps: readonly LabelledStep[], most: number): LabelledStep[] {
  const bad = spread(steps.filter(({ label }) => label !== 'ok'), Math.floor(most / 2));
  return [...bad, ...spread(steps.filter(({ label }) => label === 'ok'), bad.length)];
}

function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}

const textOf = ({ thought, tool, args }: Step): string => `${thought && thought !== 'None' ? thought : ''}\n${tool ?? ''} ${JSON.stringify(args ?? {})}`.trim().slice(0, TEXT_CHARS);
const said = (step: Step): string => `${textOf(step)}\n${(step.obs ?? '').slice(0, TEXT_CHARS)}`;
const question = ({ context, text }: { context: string; text: string }): string =>
  `An agent works on a task.\nBefore:\n${context}\n\nThis step:\n${text}\n\nIs this step overthinking (it restates what was thought), overacting (it repeats what was done), or ok? Answer as JSON.`;
