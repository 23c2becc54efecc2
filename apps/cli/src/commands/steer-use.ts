import { parseArgs } from 'node:util';
import { type CorrectionMode, HoldfastError } from '#contracts';
import { correctionsOf } from '#steering';
import { readVectors, targetOf } from './steer-files.js';

const MODES = ['read', 'clamp', 'fixed', 'gate'];

/** One reply under a vector file: its text, then the projection of every token and what was corrected. */
export async function steerUse(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, model: { type: 'string' }, prompt: { type: 'string' }, mode: { type: 'string', default: 'clamp' }, opposite: { type: 'boolean' }, seed: { type: 'string', default: '1' }, most: { type: 'string', default: '64' }, json: { type: 'boolean' } },
  });
  if (!positionals[0] || !values.prompt) throw new HoldfastError('validation_failed', 'name the vector file and --prompt TEXT');
  if (!MODES.includes(values.mode)) throw new HoldfastError('validation_failed', `--mode: one of ${MODES.join(', ')}`);
  const file = readVectors(positionals[0]);
  const { client } = targetOf({ ...values, model: values.model ?? file.model.name });
  const axes = correctionsOf(file, values.mode as CorrectionMode, values.opposite ? -1 : 1);
  const reply = await client.chat(values.prompt, { axes, seed: Number(values.seed), maxTokens: Number(values.most) });
  if (values.json) {
    console.log(JSON.stringify({ layer: file.layer, axes: file.axes.map(({ name }) => name), ...reply }, null, 2));
    return 0;
  }
  console.log(`${reply.text}\n`);
  file.axes.forEach(({ name }, axis) => console.log(`${name}: ${reply.tokens.map(({ projections, shifts }) => `${projections[axis]!.toFixed(0)}${shifts[axis] ? `→${(projections[axis]! + shifts[axis]).toFixed(0)}` : ''}`).join(' ')}`));
  console.log(`${reply.corrected} of ${reply.outputTokens} tokens corrected at layer ${file.layer}`);
  return 0;
}
