import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { CardView } from '#contracts';
import type { ExportedCard } from '#store';
import { writeZip } from '../zip/write-zip.js';
import { ankiSchedule, firstDay } from './anki-schedule.js';
import { ANKI_SCHEMA, ankiCollection, DECK_ID, MODEL_ID } from './anki-schema.js';

/** RFC 4180, with a header. A field that a spreadsheet would take for a formula is made text by an apostrophe. */
export function cardsCsv(cards: CardView[]): string {
  const field = (value: string | number | null): string => `"${String(value ?? '').replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
  const rows = cards.map((c) => [c.question, c.answer, c.quote, c.documentName, c.page]);
  return [['question', 'answer', 'quote', 'document', 'page'], ...rows].map((r) => `${r.map(field).join(',')}\r\n`).join('');
}

/**
 * A package that Anki imports (its schema 11, which every version since 2.1 reads): a deck with a note a card, source
 * behind the answer, the document's tags, and where each card stands in its schedule.
 */
export function cardsApkg(cards: ExportedCard[], deck: string, now: Date): Buffer {
  // Not importable by name where a test runner resolves modules itself.
  const { DatabaseSync: Database } = createRequire(import.meta.url)('node:sqlite') as { DatabaseSync: typeof DatabaseSync };
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-anki-'));
  try {
    const file = join(folder, 'collection.anki2');
    const database = new Database(file);
    database.exec(ANKI_SCHEMA);
    fill(database, cards, deck, now);
    database.close();
    return writeZip([{ name: 'collection.anki2', body: readFileSync(file) }, { name: 'media', body: '{}' }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fill(database: DatabaseSync, cards: ExportedCard[], deck: string, now: Date): void {
  const seconds = Math.floor(now.getTime() / 1_000);
  const { conf, models, decks, dconf } = ankiCollection(deck, seconds);
  const first = firstDay(cards.map((c) => c.schedule), now);
  database.prepare('insert into col values (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, ?)').run(first / 1_000, now.getTime(), now.getTime(), conf, models, decks, dconf, '{}');
  const note = database.prepare('insert into notes values (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, ?)');
  const card = database.prepare('insert into cards values (?, ?, ?, 0, ?, -1, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?)');
  database.exec('begin');
  for (const [i, c] of cards.entries()) {
    const id = now.getTime() + i;
    const source = `“${c.quote}” (${c.documentName}${c.page === null ? '' : `, page ${c.page}`})`;
    const checksum = createHash('sha1').update(c.question).digest().readUInt32BE(0);
    const { type, queue, due, ivl, factor, reps, lapses, left, data } = ankiSchedule(c.schedule, i + 1, first);
    // The same card keeps its identity, so that a second import changes it and adds none.
    note.run(id, c.id, MODEL_ID, seconds, tagsOf(c.tags), [c.question, c.answer, source].map(html).join('\u001f'), c.question, checksum, '');
    card.run(id, id, DECK_ID, seconds, type, queue, due, ivl, factor, reps, lapses, left, data);
  }
  database.exec('commit');
}

/** Anki parts tags by blanks. */
const tagsOf = (tags: string[]): string => (tags.length ? ` ${tags.map((t) => t.trim().replace(/\s+/g, '_')).join(' ')} ` : '');

/** What Anki would take for a sound, a formula or a file to fetch is text. */
const MARKUP = /\[(?=sound:|anki:|latex\]|\$)/gi;
const html = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>').replace(MARKUP, '&#91;');
