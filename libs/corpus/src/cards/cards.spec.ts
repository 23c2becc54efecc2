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
const card = { id: '0198c0de-0000-7000-8000-000000000001', corpusId: 'c', documentId: 'd', documentName: 'trial.pdf', question: 'Which dose was <given>?', answer: '=500 mg, "daily"', quote: 'The dose was 500 mg.', page: 3, due: NOW.toISOString(), reviews: 0, lapses: 0, schedule: newSchedule(NOW) as unknown, tags: ['vitamin C', 'trial'] };

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

  const opened = (cards: (typeof card)[], now = NOW): { files: string[]; col: Row; rows: Row[] } => {
    const files = readZip(cardsApkg(cards, 'Trials', now));
    const folder = mkdtempSync(join(tmpdir(), 'anki-'));
    writeFileSync(join(folder, 'c'), files[0]!.read());
    const database = new Database(join(folder, 'c'));
    const rows = database.prepare('select n.flds, n.guid, n.tags, c.* from notes n join cards c on c.nid = n.id order by n.id').all() as Row[];
    const col = database.prepare('select * from col').get() as Row;
    database.close();
    rmSync(folder, { recursive: true });
    return { files: files.map((f) => f.name), col, rows };
  };

  it('are exported as a package of Anki’s form', () => {
    const { files, col, rows } = opened([card, { ...card, id: 'two', question: 'Two?', tags: [] }]);
    expect(files).toEqual(['collection.anki2', 'media']);
    expect(String(rows[0]!['flds']).split('\u001f')).toEqual(['Which dose was &lt;given&gt;?', '=500 mg, "daily"', '“The dose was 500 mg.” (trial.pdf, page 3)']);
    expect(rows.map((r) => r['tags'])).toEqual([' vitamin_C trial ', '']);
    expect(col['ver']).toBe(11);
    expect(Object.keys(JSON.parse(String(col['decks'])) as object)).toContain(String(rows[0]!['did']));
    expect(Object.values(JSON.parse(String(col['models'])) as Record<string, { flds: unknown[] }>)[0]!.flds).toHaveLength(3);
  });

  it('hold no text that Anki would take for a sound, a picture or a formula', () => {
    const { rows } = opened([{ ...card, answer: '[sound:a.mp3] [latex]x[/latex] [$]y[/$] <img src=b.png> [12]' }]);
    expect(String(rows[0]!['flds']).split('\u001f')[1]).toBe('&#91;sound:a.mp3] &#91;latex]x[/latex] &#91;$]y[/$] &lt;img src=b.png&gt; [12]');
  });

  it('come with where they stand in their schedule', () => {
    const day = 86_400_000;
    const after = (...ratings: ('again' | 'good' | 'easy')[]): unknown => ratings.reduce<unknown>((schedule, rating) => reviewed(schedule, rating, new Date((schedule as { due: Date }).due)), newSchedule(NOW));
    const learnt = after('good', 'good') as { due: Date; scheduled_days: number };
    // Two days after the learnt card is due, and just after the one that is still being learned was seen.
    const now = new Date(learnt.due.getTime() + 2 * day);
    const relearning = reviewed(learnt, 'again', now);
    const { col, rows } = opened([{ ...card, id: 'a' }, { ...card, id: 'b', schedule: after('good') }, { ...card, id: 'c', schedule: learnt }, { ...card, id: 'd', schedule: relearning }, { ...card, id: 'e', schedule: reviewed(learnt, 'easy', now) }], now);
    const of = (n: number): object => Object.fromEntries(['type', 'queue', 'ivl', 'left', 'reps', 'lapses'].map((name) => [name, rows[n]![name]]));
    expect(of(0)).toEqual({ type: 0, queue: 0, ivl: 0, left: 0, reps: 0, lapses: 0 });
    expect(of(1)).toEqual({ type: 1, queue: 1, ivl: 0, left: 1_001, reps: 1, lapses: 0 });
    expect(of(2)).toEqual({ type: 2, queue: 2, ivl: learnt.scheduled_days, left: 0, reps: 2, lapses: 0 });
    expect(of(3)).toMatchObject({ type: 3, queue: 1, left: 1_001, reps: 3, lapses: 1 });
    expect(rows[3]!['due']).toBe(Math.floor(relearning.due.getTime() / 1_000));
    // Days since the collection began; what is overdue stands at its first.
    const today = Math.floor((now.getTime() / 1_000 - Number(col['crt'])) / 86_400);
    expect([today, rows[2]!['due']]).toEqual([2, 0]);
    expect(Number(rows[4]!['due']) - today).toBe(rows[4]!['ivl']);
    expect(JSON.parse(String(rows[2]!['data']))).toEqual({ s: expect.any(Number), d: expect.any(Number), decay: expect.any(Number), lrt: expect.any(Number) });
  });
});

type Row = Record<string, string | number>;
