import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Embedder } from '#corpus';
import { createRuntime } from '#models';
import { loadStackConfig, PROJECT_ROOT } from '#platform';
import { freePort, postgresBinaries, ProcessSet, startPostgres, TOOLS_DIR } from '#platform/stack';
import { createPool, migrate } from '#store';
import { embedServer } from '../embed-server.js';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { cachedEmbedder } from '../vector-cache.js';
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
      const { texts, questions } = benchTexts(options.data);
      const embedder = await startEmbedder();
      const size = options.full ? { total: 100_000, seeds: 2_000 } : { total: 20_000, seeds: 400 };
      take('Search by words and vectors, query embedding apart', await measureSearch(pool, embedder, texts, questions, size, report));
    }
  } finally {
    await pool.end();
  }
  if (wanted('first-evidence')) {
    const { texts, questions } = benchTexts(options.data);
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

/** Keeps its vectors in the state folder: a repeated run embeds nothing. */
async function startEmbedder(): Promise<Embedder> {
  const { kind, url, model } = await embedServer(set, { toolsDir: TOOLS_DIR, report }, folder);
  return cachedEmbedder(createRuntime({ kind, url, model, embedModel: model }), loadStackConfig(process.env).dataDir);
}

function take(title: string, measured: { rows: Row[]; metrics: Record<string, number> }): void {
  printTable(title, measured.rows);
  rows.push(...measured.rows);
  Object.assign(metrics, measured.metrics);
}
