import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';

const DIMS = 384;
const HASH_BYTES = 16;
const SEEDS = 2_000;
const QUESTIONS = 200;

type Records = Record<string, { QUESTION?: unknown; CONTEXTS?: unknown }>;

/**
 * Real texts and questions (PubMedQA's records where they are, else the samples), and up to 2,000 real vectors that an
 * evaluation of retrieval has kept in the state folder; without those, directions by chance.
 */
export async function benchTexts(data: string | null, stateFolder: string): Promise<{ texts: string[]; questions: string[]; vectors: number[][] }> {
  const records = data ? pubmedIn(data) : null;
  const { texts, questions } = records ?? samples();
  return { texts, questions: questions.slice(0, QUESTIONS), vectors: keptVectors(join(stateFolder, 'eval')) ?? byChance() };
}

function pubmedIn(data: string): { texts: string[]; questions: string[] } | null {
  for (const folder of readdirSync(data).filter((name) => name.startsWith('pubmedqa'))) {
    for (const file of (readdirSync(join(data, folder), { recursive: true }) as string[]).filter((f) => f.endsWith('.json'))) {
      const records = Object.values(JSON.parse(readFileSync(join(data, folder, file), 'utf8')) as Records).filter((r) => typeof r.QUESTION === 'string' && Array.isArray(r.CONTEXTS));
      if (records.length > 0) return { texts: records.map((r) => (r.CONTEXTS as string[]).join(' ')), questions: records.map((r) => r.QUESTION as string) };
    }
  }
  return null;
}

function samples(): { texts: string[]; questions: string[] } {
  const abstracts = JSON.parse(readFileSync(join(PROJECT_ROOT, 'samples', 'abstracts.json'), 'utf8')) as { title: string; sections: { text: string }[] }[];
  return { texts: abstracts.map((a) => a.sections.map((s) => s.text).join(' ')), questions: abstracts.map((a) => a.title) };
}

function keptVectors(folder: string): number[][] | null {
  const file = existsSync(folder) ? readdirSync(folder).find((f) => f.startsWith('vectors-')) : undefined;
  if (!file) return null;
  const bytes = readFileSync(join(folder, file));
  const size = HASH_BYTES + 4 * DIMS;
  const count = Math.min(SEEDS, Math.floor(bytes.length / size));
  if (count === 0) return null;
  return Array.from({ length: count }, (_, n) => Array.from({ length: DIMS }, (_, i) => bytes.readFloatLE(n * size + HASH_BYTES + 4 * i)));
}

function byChance(): number[][] {
  return Array.from({ length: 200 }, (_, n) => Array.from({ length: DIMS }, (_, i) => Math.sin((n + 1) * (i + 1) * 12.9898)));
}
