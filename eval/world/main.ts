import { startOwnPostgres } from '../../bench/world/postgres.js';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { loadStackConfig, RUNTIME_KINDS } from '#platform';
import { createPool, type Pool } from '#store';
import { KeptAnswers, revision } from '../model/kept.js';
import { startEvalRuntime } from '../model/start-runtime.js';
import { KINDS, playCampaign, type ProbeCount } from './campaign.js';
import { careless } from './careless.js';
import { roundTrip, worldFiles } from './imports.js';
import { measureSession, type TableRow, tableSessions } from './table.js';
import { tellTurns, type ToldTurn } from './told.js';

const COMMAND = 'npm run eval:world';
const PARTS = ['imports', 'campaign', 'careless', 'model', 'table'];
const CONTEXT = 8_192;
const TOLD = 20;
const TOLD_FULL = 200;
const options = parseMeasureOptions(COMMAND, PARTS, {
  runtime: { usage: `--runtime R   ${RUNTIME_KINDS.join(', ')} (default: as configured, else what the quick start takes)` },
  url: { usage: '--url URL     address of the runtime' },
  model: { usage: '--model M     model of the runtime' },
  turns: { usage: `--turns N     turns that the model tells (default: ${TOLD}; ${TOLD_FULL} with --full)` },
});
const CAMPAIGNS = options.full ? 10 : 3;
const CARELESS_TURNS = 2_000;
const metrics: Record<string, number> = {};
const rows: Row[] = [];

function imports(): void {
  if (!options.data) return void console.log('No data folder (--data DIR): no worlds to import.');
  const found = worldFiles(options.data).map((f) => roundTrip(f.path, f.format, f.data));
  printTable('Imported and exported again; lost: leaves that differ', found);
  rows.push(...found);
  metrics['imports.files'] = found.length;
  metrics['imports.lost'] = found.reduce((sum, r) => sum + r.lost, 0);
  metrics['imports.errors'] = found.reduce((sum, r) => sum + r.errors, 0);
}

async function withPool(measure: (pool: Pool) => Promise<void>): Promise<void> {
  const postgres = await startOwnPostgres(false);
  const pool = createPool(postgres.url, { name: 'holdfast-eval' });
  try {
    await measure(pool);
  } finally {
    await pool.end();
    await postgres.stop();
  }
}

async function campaign(pool: Pool): Promise<void> {
    const counts: ProbeCount[] = [];
    for (let seed = 1; seed <= CAMPAIGNS; seed++) counts.push(...(await playCampaign(pool, seed, CONTEXT)).counts);
    const turns = [...new Set(counts.map((c) => c.turn))];
    const found = turns.flatMap((turn) => KINDS.map((kind): Row => {
      const own = counts.filter((c) => c.turn === turn && c.kind === kind);
      const sum = (key: 'probes' | 'store' | 'context'): number => own.reduce((s, c) => s + c[key], 0);
      return { turn, probe: kind, probes: sum('probes'), 'store right': sum('store'), 'in the context': sum('context') };
    }));
    printTable(`${CAMPAIGNS} campaigns of 200 turns, context ${CONTEXT} tokens`, found);
    rows.push(...found);
    for (const turn of turns) for (const key of ['store', 'context'] as const) {
      const own = counts.filter((c) => c.turn === turn);
      metrics[`campaign.${turn}.${key}`] = own.reduce((s, c) => s + c[key], 0) / own.reduce((s, c) => s + c.probes, 0);
    }
}

function carelessModel(): void {
  const found = [careless(CARELESS_TURNS, false), careless(CARELESS_TURNS, true)];
  printTable('A scripted model that contradicts the state', found);
  rows.push(...found);
  for (const r of found) metrics[`careless.${r.checks}`] = r['contradictions per 100 turns'];
}

/** What a real model tells of scripted turns, before the checks and after them. */
async function realModel(pool: Pool): Promise<void> {
  const given = await startEvalRuntime({ runtime: options.more['runtime'], url: options.more['url'], model: options.more['model'] });
  try {
    const turns = options.more['turns'] ? Number(options.more['turns']) : options.full ? TOLD_FULL : TOLD;
    const kept = new KeptAnswers<ToldTurn>(loadStackConfig(process.env).dataDir, 'world', `${given.model}-${revision()}`, options.full);
    const told = await tellTurns(pool, { runtime: given.runtime, model: given.model, contextTokens: CONTEXT }, turns, kept);
    const rate = (n: number): number => Number(((100 * n) / told.turns).toFixed(1));
    const found = (['off', 'on'] as const).map((checks): Row => ({ checks, turns: told.turns, 'contradictions per 100 turns, as the checks read': rate(told.read[checks]), 'at most, read broadly': rate(told.broad[checks]), 'calls a turn': checks === 'on' ? (told.calls / told.turns).toFixed(1) : '1.0', corrected: checks === 'on' ? told.corrected : 0 }));
    printTable(`Tellings of ${given.model}`, found);
    rows.push(...found);
    for (const arm of ['off', 'on'] as const) Object.assign(metrics, { [`model.${arm}.read`]: rate(told.read[arm]), [`model.${arm}.broad`]: rate(told.broad[arm]) });
  } finally {
    await given.stop();
  }
}

/** Real sessions at a table: what is recalled of them, which names are found in them. */
async function table(pool: Pool): Promise<void> {
  const sessions = options.data ? tableSessions(options.data) : [];
  if (sessions.length === 0) return void console.log('No sessions with human recaps in the data folder.');
  const found: TableRow[] = [];
  for (const session of sessions) found.push(await measureSession(pool, session, CONTEXT));
  printTable('Real sessions: the stretch that a sentence of the human recap is about, among 12 that are recalled, and in the context', found);
  rows.push(...found);
  const mean = (key: 'recalled' | 'in the context' | 'names found' | 'names right'): number => found.reduce((sum, r) => sum + r[key], 0) / found.length;
  Object.assign(metrics, { 'table.recalled': mean('recalled'), 'table.context': mean('in the context'), 'table.names_found': mean('names found'), 'table.names_right': mean('names right') });
}

const parts: Record<string, () => void | Promise<void>> = { imports, campaign: () => withPool(campaign), careless: carelessModel, model: () => withPool(realModel), table: () => withPool(table) };
for (const part of PARTS) if (!options.only || options.only === part) await parts[part]!();
await writeJson(options.json, COMMAND, metrics, rows);
