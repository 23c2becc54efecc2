import { startOwnPostgres } from '../../bench/world/postgres.js';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { createPool } from '#store';
import { KINDS, playCampaign, type ProbeCount } from './campaign.js';
import { careless } from './careless.js';
import { roundTrip, worldFiles } from './imports.js';

const COMMAND = 'npm run eval:world';
const PARTS = ['imports', 'campaign', 'careless'];
const CONTEXT = 8_192;
const options = parseMeasureOptions(COMMAND, PARTS);
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

async function campaign(): Promise<void> {
  const postgres = await startOwnPostgres(false);
  const pool = createPool(postgres.url, { name: 'holdfast-eval' });
  try {
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
  } finally {
    await pool.end();
    await postgres.stop();
  }
}

function carelessModel(): void {
  const found = [careless(CARELESS_TURNS, false), careless(CARELESS_TURNS, true)];
  printTable('A scripted model that contradicts the state', found);
  rows.push(...found);
  for (const r of found) metrics[`careless.${r.checks}`] = r['contradictions per 100 turns'];
}

const parts: Record<string, () => void | Promise<void>> = { imports, campaign, careless: carelessModel };
for (const part of PARTS) if (!options.only || options.only === part) await parts[part]!();
await writeJson(options.json, COMMAND, metrics, rows);
