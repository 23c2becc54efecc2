import type { AxisOption, VectorFile } from '#contracts';
import type { ResidualClient } from '#models';
import { correctionsOf, project, randomAxes } from '#steering';

export type Arm = { name: string; axes: AxisOption[] | undefined };
export type ArmResult = { name: string; projection: number; reread: number; rereadError: number; perplexity: number; valid: number; repeated: number };

/** Directions of chance: one could be unlike the others. */
const CHANCE = 2;
const SCHEMA = { type: 'object', properties: { finding: { type: 'string', maxLength: 80 }, sure: { type: 'boolean' } }, required: ['finding', 'sure'] };

export function armsOf(file: VectorFile): Arm[] {
  let state = 20;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  return [
    { name: 'baseline', axes: undefined },
    { name: 'steering (fixed)', axes: correctionsOf(file, 'fixed') },
    { name: 'opposite sign', axes: correctionsOf(file, 'fixed', -1) },
    { name: 'steering (clamp)', axes: correctionsOf(file, 'clamp') },
    ...Array.from({ length: CHANCE }, (_, i) => ({ name: `random ${i + 1}, same norm`, axes: randomAxes(file, random) })),
  ];
}

export type Trial = { client: ResidualClient; file: VectorFile; prompts: string[]; heldOut: string[]; seeds: number[]; maxTokens: number };

/** Writes every prompt under an arm, reads what was written without steering, and how likely held-out text is under it. */
export async function runArm({ client, file, prompts, heldOut, seeds, maxTokens }: Trial, arm: Arm, baseline: number[] | null): Promise<ArmResult & { rereads: number[] }> {
  const axis = file.axes[0]!;
  const watch = { name: 'watch', layer: file.layer, direction: axis.direction, model_digest: file.model.digest };
  const projections: number[] = [];
  const rereads: number[] = [];
  const repeated: number[] = [];
  let valid = 0;
  for (const prompt of prompts) {
    for (const seed of seeds) {
      const reply = await client.chat(prompt, { axes: [...(arm.axes ?? []), watch], seed, maxTokens });
      projections.push(mean(reply.tokens.map((token) => token.projections.at(-1)!)));
      const read = await client.read(prompt, reply.text || ' ', [file.layer]);
      rereads.push(project(read.vectors[0]!, axis.direction));
      repeated.push(repeatedShare(reply.text));
      const structured = await client.chat(`${prompt} Answer as JSON with "finding" and "sure".`, { axes: arm.axes, seed, maxTokens: 48, format: SCHEMA });
      valid += isValid(structured.text) ? 1 : 0;
    }
  }
  const losses: number[] = [];
  for (const text of heldOut) losses.push(await client.logLoss('\n', text, arm.axes));
  const differences = rereads.map((value, i) => value - (baseline ?? rereads)[i]!);
  return { name: arm.name, projection: mean(projections), reread: mean(differences), rereadError: standardError(differences), perplexity: Math.exp(mean(losses)), valid: valid / rereads.length, repeated: mean(repeated), rereads };
}

/** Share of a text's word triples that stood in it before. */
export function repeatedShare(text: string): number {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const triples = words.slice(2).map((word, i) => `${words[i]} ${words[i + 1]} ${word}`);
  return triples.length === 0 ? 0 : 1 - new Set(triples).size / triples.length;
}

function isValid(text: string): boolean {
  try {
    const value = JSON.parse(text) as { finding?: unknown; sure?: unknown };
    return typeof value.finding === 'string' && typeof value.sure === 'boolean';
  } catch {
    return false;
  }
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function standardError(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1) / values.length);
}
