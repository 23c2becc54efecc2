import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { HoldfastError, type LabelledStep, labelledStepSchema, type VectorFile, vectorFileSchema } from '#contracts';
import { ResidualClient } from '#models';
import type { ReadStep } from '#steering';

/** Lines of a `.jsonl` or `.jsonl.gz` file, parsed. */
export function readLines(file: string): unknown[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as unknown);
}

export function readLabelled(file: string): LabelledStep[] {
  return readLines(file).map((line, i) => {
    const parsed = labelledStepSchema.safeParse(line);
    if (!parsed.success) throw new HoldfastError('import_unreadable', `${file}, line ${i + 1}: not a labelled step`);
    return parsed.data;
  });
}

export function readVectors(file: string): VectorFile {
  const parsed = vectorFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new HoldfastError('import_unreadable', `${file} is no file of \`holdfast steer fit\``);
  return parsed.data;
}

export type SteerTarget = { client: ResidualClient; model: string };

export function targetOf(values: { url?: string | undefined; model?: string | undefined }): SteerTarget {
  const url = values.url ?? process.env['HOLDFAST_RUNTIME_URL'];
  if (!url) throw new HoldfastError('validation_failed', '--url: which embedded runtime? `npm run up` prints its address');
  const model = values.model ?? process.env['HOLDFAST_MODEL'] ?? 'gemma3:270m';
  return { client: new ResidualClient(url, model), model };
}

/** Reads every step's residual stream, one after the other. */
export async function readSteps(client: ResidualClient, steps: readonly LabelledStep[], layers: readonly number[]): Promise<{ digest: string; read: ReadStep[] }> {
  const read: ReadStep[] = [];
  let digest = '';
  for (const step of steps) {
    const reading = await client.read(step.context || '\n', step.text, layers);
    digest = reading.digest;
    read.push({ step, vectors: reading.vectors, tokens: reading.tokens });
    if (read.length % 20 === 0) console.error(`• read ${read.length} of ${steps.length} steps`);
  }
  return { digest, read };
}
