import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '#platform';

export type ResearchDocument = { name: string; text: string };
/** A closed question with its gold answer, and the document that holds it. */
export type ResearchItem = { id: string; question: string; gold: string; document: number };
export type ResearchSet = { name: 'pubmedqa' | 'scifact'; choices: string[]; documents: ResearchDocument[]; items: ResearchItem[] };

const pubmedSchema = z.record(z.string(), z.object({ QUESTION: z.string(), CONTEXTS: z.array(z.string()), final_decision: z.enum(['yes', 'no', 'maybe']) }));
const claimSchema = z.object({ input: z.string(), gold_ctx: z.array(z.object({ title: z.string().optional(), text: z.string() })).length(1), answer: z.enum(['true', 'false']) });
/** Files larger than this are no set of questions. */
const LARGEST = 64 << 20;

/** Twelve of PubMedQA's records with their labels, for where there is no data folder. */
const FIXTURES = join(PROJECT_ROOT, 'eval', 'research', 'fixtures');

/** The sets found under `data`, told by the form of their files: PubMedQA's labelled records and single-paper claims. Without any, the fixtures. */
export async function readResearchSets(data: string | null): Promise<ResearchSet[]> {
  const found: (ResearchSet | null)[] = [];
  if (data) found.push(await firstOf(data, 'pubmedqa', 'json', pubmedItems), await firstOf(data, 'scifact', 'jsonl', claimItems));
  if (!found.some((s) => s !== null)) found.push(await firstOf(FIXTURES, 'pubmedqa', 'json', pubmedItems));
  return found.filter((s) => s !== null);
}

async function firstOf(data: string, prefix: string, ending: string, read: (text: string) => ResearchSet | null): Promise<ResearchSet | null> {
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

export function pubmedItems(text: string): ResearchSet | null {
  const parsed = pubmedSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return null;
  const records = Object.entries(parsed.data);
  return {
    name: 'pubmedqa', choices: ['yes', 'no', 'maybe'],
    documents: records.map(([id, r]) => ({ name: id, text: r.CONTEXTS.join('\n\n') })),
    items: records.map(([id, r], document) => ({ id, question: r.QUESTION, gold: r.final_decision, document })),
  };
}

export function claimItems(text: string): ResearchSet | null {
  const claims = text.split('\n').filter((line) => line.trim() !== '').map((line) => claimSchema.safeParse(JSON.parse(line)));
  if (claims.length === 0 || claims.some((c) => !c.success)) return null;
  const documents = new Map<string, number>();
  const items = claims.map(({ data }, i) => {
    const abstract = data!.gold_ctx[0]!.text;
    if (!documents.has(abstract)) documents.set(abstract, documents.size);
    return { id: `claim-${i}`, question: `Is this claim true or false? ${data!.input}`, gold: data!.answer, document: documents.get(abstract)! };
  });
  return { name: 'scifact', choices: ['true', 'false'], documents: [...documents.keys()].map((abstract, i) => ({ name: `abstract ${i}`, text: abstract })), items };
}

/**
 * At most `most` items with the labels in turn: the classes are unequal, and a few taken in order would miss the rare
 * ones. Accuracy over such a choice is not that of the whole set, and `--full` takes all.
 */
export function spread(items: ResearchItem[], choices: string[], most: number): ResearchItem[] {
  if (items.length <= most) return items;
  const byLabel = choices.map((c) => items.filter((i) => i.gold === c));
  const longest = Math.max(...byLabel.map((l) => l.length));
  return Array.from({ length: longest }, (_, i) => byLabel.flatMap((l) => l.slice(i, i + 1))).flat().slice(0, most);
}
