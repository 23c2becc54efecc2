import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadStackConfig, PROJECT_ROOT } from '#platform';
import { freePort, postgresBinaries, ProcessSet, startPostgres, TOOLS_DIR } from '#platform/stack';
import { createPool, migrate } from '#store';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { measureFirstEvidence } from './first-evidence.js';
import { measureIngestion } from './ingest.js';
import { benchTexts } from './texts.js';
import { measureSearch } from './search.js';

const COMMAND = 'npm run bench:corpus';
const options = parseMeasureOptions(COMMAND, ['ingestion', 'search', 'first-evidence']);
const report = (line: string): void => console.error(`• ${line}`);
const metrics: Record<string, number> = {};
const rows: Row[] = [];

const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
const set = await ProcessSet.open(folder, report);
try {
  const postgres = await startPostgres(set, await postgresBinaries({ toolsDir: TOOLS_DIR, report }), { port: await freePort(), fsync: false });
  await migrate(postgres.url);
  const pool = createPool(postgres.url, { name: 'holdfast-bench' });
  try {
    if (wanted('ingestion')) take('Ingestion beside the bare parser', await measureIngestion(pool, options.data ?? join(PROJECT_ROOT, 'samples'), options.full ? 5 : 2));
    if (wanted('search')) {
      const { texts, questions, vectors } = await material();
      take('Search by words and vectors, query embedding apart', await measureSearch(pool, texts, questions, vectors, options.full ? 100_000 : 20_000, report));
    }
  } finally {
    await pool.end();
  }
  if (wanted('first-evidence')) {
    const { texts, questions } = await material();
    take('From a question to its first evidence, the runtime aside', await measureFirstEvidence(texts, questions, options.full ? 100_000 : 5_000, report));
  }
  await writeJson(options.json, COMMAND, metrics, rows);
} finally {
  await set.stop();
  await rm(folder, { recursive: true, force: true });
}

function wanted(part: string): boolean {
  return options.only === null || options.only === part;
}

function material(): ReturnType<typeof benchTexts> {
  return benchTexts(options.data, loadStackConfig(process.env).dataDir);
}

function take(title: string, measured: { rows: Row[]; metrics: Record<string, number> }): void {
  printTable(title, measured.rows);
  rows.push(...measured.rows);
  Object.assign(metrics, measured.metrics);
}
