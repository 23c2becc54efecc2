import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { readZip } from '../zip/read-zip.js';
import { cardsApkg, cardsCsv } from './export-cards.js';
import { newSchedule, reviewed } from './schedule.js';

const { DatabaseSync: Database } = createRequire(import.meta.url)('node:sqlite') as { DatabaseSync: typeof DatabaseSync };
const NOW = new Date('2026-01-05T10:00:00Z');
const card = { id: '0198c0de-0000-7000-8000-000000000001', corpusId: 'c', documentId: 'd', documentName: 'trial.pdf', question: 'Which dose was <given>?', answer: '=500 mg, "daily"', quote: 'The dose was 500 mg.', page: 3, due: NOW.toISOString(), reviews: 0, lapses: 0 };

describe('flashcards', () => {
  it('come sooner when they were forgotten than when they were easy, through what Postgres keeps', () => {
    const kept = JSON.parse(JSON.stringify(newSchedule(NOW))) as unknown;
    const due = (['again', 'hard', 'good', 'easy'] as const).map((rating) => reviewed(kept, rating, NOW).due.getTime());
    expect([...due].sort((a, b) => a - b)).toEqual(due);
    const again = JSON.parse(JSON.stringify(reviewed(kept, 'good', NOW))) as { due: string };
    expect(reviewed(again, 'good', new Date(again.due)).due.getTime()).toBeGreaterThan(Date.parse(again.due));
  });

  it('are exported as CSV that no spreadsheet runs', () => {
    expect(cardsCsv([card])).toBe('"question","answer","quote","document","page"\r\n"Which dose was <given>?","\'=500 mg, ""daily""","The dose was 500 mg.","trial.pdf","3"\r\n');
  });

  it('are exported as a package of Anki’s form', () => {
    const files = readZip(cardsApkg([card, { ...card, id: 'two', question: 'Two?' }], 'Trials', NOW));
    expect(files.map((f) => f.name)).toEqual(['collection.anki2', 'media']);
    const folder = mkdtempSync(join(tmpdir(), 'anki-'));
    writeFileSync(join(folder, 'c'), files[0]!.read());
    const database = new Database(join(folder, 'c'));
    const notes = database.prepare('select n.flds, n.guid, c.did from notes n join cards c on c.nid = n.id order by n.id').all() as { flds: string; guid: string; did: number }[];
    const { decks, models, ver } = database.prepare('select decks, models, ver from col').get() as { decks: string; models: string; ver: number };
    database.close();
    rmSync(folder, { recursive: true });
    expect(notes[0]!.flds.split('\u001f')).toEqual(['Which dose was &lt;given&gt;?', '=500 mg, "daily"', '“The dose was 500 mg.” (trial.pdf, page 3)']);
    expect(notes).toHaveLength(2);
    expect(ver).toBe(11);
    expect(Object.keys(JSON.parse(decks) as object)).toContain(String(notes[0]!.did));
    expect(Object.values(JSON.parse(models) as Record<string, { flds: unknown[] }>)[0]!.flds).toHaveLength(3);
  });
});
