import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '#platform';

/** Documents without their titles, and questions that each have one document which answers them. */
export type RetrievalSet = { name: string; documents: { name: string; text: string }[]; questions: { text: string; document: number }[] };

const pubmedSchema = z.record(z.string(), z.object({ QUESTION: z.string(), CONTEXTS: z.array(z.string()) }));
const claimSchema = z.object({ input: z.string(), gold_ctx: z.array(z.object({ text: z.string() })).length(1) });
const papersSchema = z.array(z.object({ title: z.string(), qas: z.array(z.object({ question: z.string(), evidence: z.array(z.unknown()) })) }));
const sampleSchema = z.array(z.object({ title: z.string(), sections: z.array(z.object({ text: z.string() })) }));

/** Files larger than this are no retrieval set. */
const LARGEST = 64 << 20;

/**
 * The sets found under `data`, told by the form of their files: PubMedQA's records (question, abstract), single-paper
 * claims with their gold abstract (SciFact), questions on papers with evidence paragraphs (QASPER). Without any, the
 * sample corpus.
 */
export async function readSets(data: string | null): Promise<RetrievalSet[]> {
  const sets = data ? [await firstOf(data, 'pubmedqa', 'json', pubmedSet), await firstOf(data, 'scifact', 'jsonl', claimSet), await firstOf(data, 'qasper', 'json', paperSet)] : [];
  const found = sets.filter((s) => s !== null);
  return found.length ? found : [sampleSet(await readFile(join(PROJECT_ROOT, 'samples', 'abstracts.json'), 'utf8'))];
}

async function firstOf(data: string, prefix: string, ending: string, read: (text: string) => RetrievalSet | null): Promise<RetrievalSet | null> {
  for (const folder of (await readdir(data)).filter((name) => name.startsWith(prefix))) {
    const entries = await readdir(join(data, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((e) => e.isFile() && e.name.endsWith(`.${ending}`))) {
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
      const set = text.length <= LARGEST ? read(text) : null;
      if (set) return set;
    }
  }
  return null;
}

function pubmedSet(text: string): RetrievalSet | null {
  const parsed = pubmedSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return null;
  const records = Object.entries(parsed.data);
  return {
    name: 'pubmedqa',
    documents: records.map(([id, r]) => ({ name: id, text: r.CONTEXTS.join('\n\n') })),
    questions: records.map(([, r], document) => ({ text: r.QUESTION, document })),
  };
}

function claimSet(text: string): RetrievalSet | null {
  const claims = text.split('\n').filter((line) => line.trim() !== '').map((line) => claimSchema.safeParse(JSON.parse(line)));
  if (claims.length === 0 || claims.some((c) => !c.success)) return null;
  const texts = new Map<string, number>();
  const questions = claims.map(({ data }) => {
    const abstract = data!.gold_ctx[0]!.text;
    if (!texts.has(abstract)) texts.set(abstract, texts.size);
    return { text: data!.input, document: texts.get(abstract)! };
  });
  return { name: 'scifact', documents: [...texts.keys()].map((abstract, i) => ({ name: `abstract ${i}`, text: abstract })), questions };
}

/** Each paragraph is a document: which paper is meant is not said in the question, so its title is put before it. */
function paperSet(text: string): RetrievalSet | null {
  const parsed = papersSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return null;
  const documents = new Map<string, number>();
  const questions: RetrievalSet['questions'] = [];
  for (const paper of parsed.data) {
    for (const { question, evidence } of paper.qas) {
      const paragraphs = evidence.filter((e): e is string => typeof e === 'string' && e.trim().length >= 80 && !e.startsWith('FLOAT SELECTED'));
      for (const p of paragraphs) if (!documents.has(p)) documents.set(p, documents.size);
      if (paragraphs.length === 1) questions.push({ text: `${paper.title}: ${question}`, document: documents.get(paragraphs[0]!)! });
    }
  }
  return questions.length ? { name: 'qasper', documents: [...documents.keys()].map((p, i) => ({ name: `paragraph ${i}`, text: p })), questions } : null;
}

function sampleSet(text: string): RetrievalSet {
  const abstracts = sampleSchema.parse(JSON.parse(text));
  return {
    name: 'samples',
    documents: abstracts.map((a, i) => ({ name: `abstract ${i}`, text: a.sections.map((s) => s.text).join('\n\n') })),
    questions: abstracts.map((a, document) => ({ text: a.title, document })),
  };
}

export const dataFolder = (given: string | null): string | null => (given && existsSync(given) ? given : null);
