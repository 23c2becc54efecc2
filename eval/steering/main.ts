import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorFileSchema } from '#contracts';
import { ResidualClient } from '#models';
import { PROJECT_ROOT } from '#platform';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { type ArmResult, armsOf, runArm } from './arms.js';

const COMMAND = 'npm run eval:steering';
const options = parseMeasureOptions(COMMAND, [], {
  vectors: { usage: '--vectors FILE  of `holdfast steer fit` (required)' },
  runtime: { usage: '--runtime URL   the embedded runtime (default: HOLDFAST_RUNTIME_URL)' },
  model: { usage: '--model NAME    default: the one the vectors were fitted on' },
});
const url = options.more['runtime'] ?? process.env['HOLDFAST_RUNTIME_URL'];
if (!options.more['vectors'] || !url) {
  console.error(`${COMMAND}: --vectors FILE and --runtime URL are needed; \`holdfast steer fit\` writes the one, \`npm run up\` prints the other`);
  process.exit(2);
}
const file = vectorFileSchema.parse(JSON.parse(readFileSync(options.more['vectors'], 'utf8')));
const client = new ResidualClient(url, options.more['model'] ?? file.model.name);

const documents = join(PROJECT_ROOT, 'samples/documents');
const texts = readdirSync(documents).filter((name) => /\.(md|txt|html)$/.test(name)).sort().map((name) => readFileSync(join(documents, name), 'utf8').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' '));
const some = options.full ? 12 : 2;
const prompts = texts.slice(0, some).map((text) => `${text.slice(0, options.full ? 400 : 240)}\nWhat should be looked at next, and why?`);
const heldOut = texts.slice(options.full ? -4 : -2).map((text) => text.slice(0, options.full ? 1_200 : 300));
const trial = { client, file, prompts, heldOut, seeds: options.full ? [1, 2, 3] : [1, 2], maxTokens: options.full ? 48 : 24 };

const metrics: Record<string, number> = { layer: file.layer };
for (const { name, report } of file.axes) {
  for (const [key, value] of Object.entries(report)) if (value !== null) metrics[`${name}.${key}`] = value;
}
const results: ArmResult[] = [];
let baseline: number[] | null = null;
for (const arm of armsOf(file)) {
  const result = await runArm(trial, arm, baseline);
  baseline ??= result.rereads;
  results.push(result);
  const { rereads: _, ...figures } = result;
  console.error(`• ${JSON.stringify(figures)}`);
}
const rows: Row[] = results.map((r) => {
  const key = r.name.replaceAll(/\W+/g, '_');
  Object.assign(metrics, { [`${key}.projection`]: r.projection, [`${key}.reread`]: r.reread, [`${key}.perplexity`]: r.perplexity, [`${key}.valid`]: r.valid, [`${key}.repeated`]: r.repeated });
  return { arm: r.name, 'projection while writing': r.projection.toFixed(0), 'text re-read, against baseline': `${r.reread.toFixed(0)} ± ${r.rereadError.toFixed(0)}`, 'perplexity of held-out text': r.perplexity.toFixed(1), 'valid JSON': `${(100 * r.valid).toFixed(0)} %`, 'repeated triples': `${(100 * r.repeated).toFixed(0)} %` };
});
printTable(`Steering along ${file.axes[0]!.name} (and ${file.axes.length - 1} more) at layer ${file.layer} of ${file.model.name}; ${prompts.length * trial.seeds.length} texts an arm`, rows);
await writeJson(options.json, COMMAND, metrics, rows);
