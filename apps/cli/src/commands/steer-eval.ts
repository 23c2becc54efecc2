import { parseArgs } from 'node:util';
import { HoldfastError } from '#contracts';
import { axisAuc } from '#steering';
import { readLabelled, readSteps, readVectors, targetOf } from './steer-files.js';
import { shown } from './steer-fit.js';

/** AUC of a vector file on other labelled steps. */
export async function steerEval(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { url: { type: 'string' }, model: { type: 'string' } } });
  const [vectors, labelled] = positionals;
  if (!vectors || !labelled) throw new HoldfastError('validation_failed', 'name the vector file and the labelled steps');
  const file = readVectors(vectors);
  const { client } = targetOf({ ...values, model: values.model ?? file.model.name });
  const { digest, read } = await readSteps(client, readLabelled(labelled), [file.layer]);
  if (digest !== file.model.digest) throw new HoldfastError('validation_failed', 'these vectors were fitted on another model');
  for (const { name } of file.axes) console.log(`${name}: AUC ${shown(axisAuc(file, name, read))} at layer ${file.layer}`);
  return 0;
}
