import { parseArgs } from 'node:util';
import { HoldfastError } from '#contracts';
import { axisAuc } from '#steering';
import { readLabelled, readSteps, readVectors, targetOf } from './steer-files.js';
import { shown } from './steer-fit.js';

/** AUC of a vector file on other labelled steps. */
export async function steerEval(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { url: { type: 'string' }, model: { type: 'string' }, json: { type: 'boolean' } } });
  const [vectors, labelled] = positionals;
  if (!vectors || !labelled) throw new HoldfastError('validation_failed', 'name the vector file and the labelled steps');
  const file = readVectors(vectors);
  const { client } = targetOf({ ...values, model: values.model ?? file.model.name });
  const { digest, read } = await readSteps(client, readLabelled(labelled), [file.layer]);
  if (digest !== file.model.digest) throw new HoldfastError('validation_failed', 'these vectors were fitted on another model');
  const axes = file.axes.map(({ name }) => ({ name, auc: axisAuc(file, name, read) }));
  console.log(values.json ? JSON.stringify({ layer: file.layer, axes }, null, 2) : axes.map(({ name, auc }) => `${name}: AUC ${shown(auc)} at layer ${file.layer}`).join('\n'));
  return 0;
}
