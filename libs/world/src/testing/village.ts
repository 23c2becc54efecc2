import { type WorldBatch, worldBatchSchema, type WorldChangeInput } from '#contracts';

/** A batch as a spec writes it, with the defaults filled in. */
export const batchOf = (changes: WorldChangeInput[], frame: { turnId?: string; actor?: string } = {}): WorldBatch => worldBatchSchema.parse({ ...frame, changes });

const entity = (id: string, type: string, inside: string | null, attrs: Record<string, string | number | boolean | string[]> = {}): WorldChangeInput => ({ kind: 'created', entity: { id, type, name: id, in: inside, attrs } });

/** Two ways between an inn, a street and a cellar behind a locked door; four people, one of them a thief. */
export const VILLAGE: WorldChangeInput[] = [
  entity('inn', 'location', null, { x: 0, y: 0 }),
  entity('street', 'location', null, { x: 1, y: 0 }),
  entity('cellar', 'location', null, { x: 0, y: 1 }),
  entity('inn-street', 'exit', 'inn', { to: 'street', direction: 'east' }),
  entity('street-inn', 'exit', 'street', { to: 'inn', direction: 'west' }),
  entity('inn-cellar', 'exit', 'inn', { to: 'cellar', direction: 'down', locked: true, key: 'key' }),
  entity('cellar-inn', 'exit', 'cellar', { to: 'inn', direction: 'up' }),
  entity('guild', 'faction', null, { gold: 500 }),
  entity('mira', 'character', 'inn', { alive: true, gold: 20, hp: 10 }),
  entity('osric', 'character', 'inn', { alive: true, gold: 5, hp: 8, faction: 'guild' }),
  entity('tam', 'character', 'street', { alive: true, gold: 0, hp: 6 }),
  entity('hero', 'character', 'inn', { alive: true, player: true, gold: 10, hp: 12 }),
  entity('lamp', 'item', 'inn'),
  entity('key', 'item', 'osric'),
  entity('chest', 'item', 'cellar', { container: true }),
  entity('coins', 'item', 'chest', { count: 30 }),
  entity('theft', 'fact', null, { text: 'Osric stole the key.', subject: 'osric' }),
  entity('rising', 'clock', null, { filled: 0, segments: 6, faction: 'guild' }),
  { kind: 'learned', who: 'osric', fact: 'theft', how: 'background' },
];
