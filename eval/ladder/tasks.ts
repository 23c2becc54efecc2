import { readResearchSets } from '../research/items.js';
import { type Kind, KINDS } from './agents.js';

export type Task = { kind: Kind; name: string; input: Record<string, unknown> };

const TOPICS = ['fruits', 'animals', 'countries', 'body parts', 'symptoms of a cold', 'musical instruments', 'vegetables', 'occupations'];
const ABSTRACTS = 3;
const CHARS = 420;

/** Tasks of each kind over real abstracts, the same at every call. */
export async function ladderTasks(data: string | null, most: number): Promise<Task[]> {
  const documents = (await readResearchSets(data))[0]!.documents.map(({ text }) => text.replaceAll(/\s+/g, ' ').slice(0, CHARS));
  const made: Record<Kind, (n: number) => Record<string, unknown>> = {
    extraction: (n) => ({ abstracts: Array.from({ length: ABSTRACTS }, (_, i) => documents[(n * ABSTRACTS + i) % documents.length]!) }),
    list: (n) => ({ topic: TOPICS[n % TOPICS.length]! }),
    continuation: (n) => ({ text: documents[(n * 3 + 1) % documents.length]! }),
  };
  return KINDS.flatMap((kind) => Array.from({ length: most }, (_, n) => ({ kind, name: `${kind} ${n + 1}`, input: made[kind](n) })));
}
