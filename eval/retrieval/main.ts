import { createRuntime } from '#models';
import { loadStackConfig } from '#platform';
import { createPool, migrate } from '#store';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { indexSet } from './index-set.js';
import { FIGURES, meanOf, type Score, scoreSet, type Way, WAYS } from './score.js';
import { startServers } from './servers.js';
import { dataFolder, readSets } from './sets.js';
import { cachedEmbedder } from '../../bench/vector-cache.js';

const COMMAND = 'npm run eval:retrieval';
const SETS = ['pubmedqa', 'scifact', 'qasper', 'samples'];
/** Questions a set without `--full`. */
const QUESTIONS = 1_000;

const options = parseMeasureOptions(COMMAND, SETS);
const metrics: Record<string, number> = {};
const rows: Row[] = [];
const all: Record<Way, Score>[] = [];

const servers = await startServers();
const pool = createPool(servers.databaseUrl, { name: 'holdfast-eval' });
try {
  await migrate(servers.databaseUrl);
  const runtime = createRuntime({ kind: servers.embed.kind, url: servers.embed.url, model: servers.embed.model, embedModel: servers.embed.model });
  const embedder = cachedEmbedder(runtime, loadStackConfig(process.env).dataDir);
  const sets = (await readSets(dataFolder(options.data))).filter((s) => options.only === null || s.name === options.only);
  if (sets.length === 0) throw new Error(`There is no set ${options.only} in ${options.data ?? 'the samples'}.`);
  for (const set of sets) {
    console.error(`• ${set.name}: embedding ${set.documents.length} documents`);
    const indexed = await indexSet(pool, embedder, set);
    const scores = await scoreSet(pool, embedder, set, indexed, options.full ? Infinity : QUESTIONS);
    all.push(scores);
    for (const way of WAYS) addRow(set.name, way, scores[way], { documents: set.documents.length, passages: indexed.passages });
  }
  if (all.length > 1) for (const way of WAYS) addRow('mean', way, meanOf(all.map((s) => s[way])), { documents: '', passages: '' });
  printTable(`How often a search finds the document that answers the question (embeddings: ${servers.embed.model})`, rows);
  await writeJson(options.json, COMMAND, metrics, rows);
} finally {
  await pool.end();
  await servers.stop();
}

function addRow(set: string, way: Way, score: Score, size: { documents: number | string; passages: number | string }): void {
  rows.push({ set, search: way, ...size, questions: score.questions, 'recall@1': score.recall1.toFixed(3), 'recall@10': score.recall10.toFixed(3), MRR: score.mrr.toFixed(3), 'ms a search': score.ms.toFixed(1) });
  for (const figure of [...FIGURES, 'ms'] as const) metrics[`${set}.${way}.${figure}`] = score[figure];
}
