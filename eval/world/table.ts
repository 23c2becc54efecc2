import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { v7 as uuidv7 } from 'uuid';
import { worldContext } from '#agents/dungeon-master/activities/context';
import { LOCAL_TENANT, worldBatchSchema, type WorldRef } from '#contracts';
import { changeWorld, insertWorld, type Pool, searchTurns, setTelling, withTx, worldHead } from '#store';
import { CAMPAIGN_RULES, namesIn, sentencesIn, words } from '#world';

/** A stretch of a session: what was said at the table, and what somebody wrote of it later. */
type Stretch = { recap: string; talk: string };
export type TableSession = { name: string; stretches: Stretch[] };
export type TableRow = { session: string; stretches: number; sentences: number; recalled: number; 'by chance': number; 'in the context': number; 'names found': number; 'names right': number };

const FOUND = 12;
const LEAST_WORDS = 6;
/** A telling is kept at its length; a stretch of talk has many pages. */
const MOST_TALK = 20_000;

/** Sessions below a folder whose turns are aligned to human recaps, known by their form. */
export function tableSessions(folder: string, depth = 5): TableSession[] {
  if (depth === 0) return [];
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return tableSessions(path, depth - 1);
    const stretches = /\.json(?:\.gz)?$/.test(name) && statSync(path).size < 20e6 ? stretchesOf(path) : [];
    return stretches.length ? [{ name: basename(name).replace(/\.json(?:\.gz)?$/, ''), stretches }] : [];
  });
}

function stretchesOf(path: string): Stretch[] {
  try {
    const bytes = readFileSync(path);
    const data: unknown = JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
    if (!Array.isArray(data)) return [];
    return (data as { CHUNK?: unknown; TURNS?: { UTTERANCES?: string[] }[] }[]).flatMap((c) => (typeof c.CHUNK === 'string' && Array.isArray(c.TURNS) ? [{ recap: c.CHUNK.trim(), talk: c.TURNS.flatMap((t) => t.UTTERANCES ?? []).join(' ') }] : []));
  } catch {
    return [];
  }
}

/** A session kept as a campaign's turns, a stretch each; then every sentence of its recaps is looked up. */
export async function measureSession(pool: Pool, { name, stretches }: TableSession, contextTokens: number): Promise<TableRow> {
  const ref: WorldRef = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
  await withTx(pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...ref, name, rules: CAMPAIGN_RULES }));
  await changeWorld(pool, ref, worldBatchSchema.parse({ changes: [{ kind: 'created', entity: { id: 'table', type: 'location', name: 'the table' } }, { kind: 'created', entity: { id: 'player', type: 'character', name: 'the player', in: 'table', attrs: { alive: true, player: true } } }] }));
  const turnIds: string[] = [];
  for (const { talk } of stretches) {
    const turnId = uuidv7();
    turnIds.push(turnId);
    const [first] = sentencesIn(talk);
    await changeWorld(pool, ref, worldBatchSchema.parse({ turnId, changes: [{ kind: 'noted', about: ['table'], text: (first ?? '…').slice(0, 400) }] }), { words: { said: talk.slice(0, 400), outcome: { ok: true, code: 'played', summary: `${turnIds.length}. ${talk.slice(0, 160)}`, rolls: [] } } });
    await withTx(pool, LOCAL_TENANT, (tx) => setTelling(tx, ref, turnId, talk.slice(0, MOST_TALK)));
  }
  const asked = stretches.flatMap(({ recap }, i) => sentencesIn(recap).map((sentence) => ({ sentence, i })).filter(({ sentence }) => words(sentence).length >= LEAST_WORDS));
  let recalled = 0, given = 0;
  for (const { sentence, i } of asked) {
    const found = await withTx(pool, LOCAL_TENANT, async (tx) => searchTurns(tx, ref, (await worldHead(tx, ref)).version, words(sentence).filter((w) => w.length > 2), FOUND));
    if (found.some((t) => t.turnId === turnIds[i])) recalled++;
    const context = await worldContext(pool, ref, { actor: 'player', said: sentence }, contextTokens);
    if (context.includes(`\n${i + 1}. `)) given++;
  }
  return { session: name, stretches: stretches.length, sentences: asked.length, recalled: three(recalled / asked.length), 'by chance': three(Math.min(1, FOUND / stretches.length)), 'in the context': three(given / asked.length), ...namesOf(stretches) };
}

/** Names that code finds in the talk, beside those that the recap of the same session has. */
function namesOf(stretches: Stretch[]): { 'names found': number; 'names right': number } {
  const counted = (texts: string[]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const name of texts.flatMap(sentencesIn).flatMap(namesIn)) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
    return counts;
  };
  const inRecap = counted(stretches.map((s) => s.recap));
  const inTalk = counted(stretches.map((s) => s.talk));
  const often = [...inTalk].filter(([, n]) => n >= 3).map(([name]) => name);
  const gold = [...inRecap].filter(([, n]) => n >= 2).map(([name]) => name);
  return { 'names found': three(gold.filter((name) => inTalk.has(name)).length / Math.max(1, gold.length)), 'names right': three(often.filter((name) => inRecap.has(name)).length / Math.max(1, often.length)) };
}

const three = (value: number): number => Number(value.toFixed(3));
