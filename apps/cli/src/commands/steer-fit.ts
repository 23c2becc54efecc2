import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { HoldfastError } from '#contracts';
import { fitAxes } from '#steering';
import { readLabelled, readSteps, targetOf } from './steer-files.js';

export const shown = (value: number | null): string => (value === null ? '-' : value.toFixed(2));

/** Fits the axes and writes the vector file; prints what the axes are worth beside probes that see nothing. */
export async function steerFit(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { out: { type: 'string' }, url: { type: 'string' }, model: { type: 'string' }, json: { type: 'boolean' } } });
  if (!positionals[0] || !values.out) throw new HoldfastError('validation_failed', 'name the labelled steps and --out FILE');
  const { client, model } = targetOf(values);
  const steps = readLabelled(positionals[0]);
  const { layers, width } = await client.shape();
  const all = Array.from({ length: layers - 1 }, (_, layer) => layer);
  const { digest, read } = await readSteps(client, steps, all);
  const file = fitAxes({ model: { name: model, digest, width }, layers: all, steps: read });
  writeFileSync(values.out, `${JSON.stringify(file)}\n`);
  if (values.json) {
    console.log(JSON.stringify({ out: values.out, layer: file.layer, layers: file.layers, axes: file.axes.map(({ name, report, band, gap }) => ({ name, report, band, gap })) }, null, 2));
    return 0;
  }
  console.log(`layer ${file.layer} of ${layers}; AUC by layer: ${file.layers.map(({ layer, auc }) => `${layer}: ${shown(auc)}`).join('  ')}`);
  for (const { name, report, band, gap } of file.axes) {
    console.log(`${name}: AUC ${shown(report.auc)} on unseen tasks (${report.positives} against ${report.negatives}); layer 0 ${shown(report.layer0Auc)}, step number ${shown(report.stepNumberAuc)}, length ${shown(report.lengthAuc)}; band ${band.low.toFixed(0)} to ${band.high.toFixed(0)}, gap ${gap.toFixed(0)}`);
  }
  return 0;
}
