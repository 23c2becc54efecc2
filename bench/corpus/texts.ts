import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';

const QUESTIONS = 200;

type Records = Record<string, { QUESTION?: unknown; CONTEXTS?: unknown }>;

/** Real texts and questions: PubMedQA's records where they are, else the samples. */
export function benchTexts(data: string | null): { texts: string[]; questions: string[] } {
  const { texts, questions } = (data ? pubmedIn(data) : null) ?? samples();
  return { texts, questions: questions.slice(0, QUESTIONS) };
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
