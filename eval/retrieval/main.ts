import { createRuntime } from '#models';
import { createPool, migrate } from '#store';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { indexSet } from './index-set.js';
import { scoreSet, WAYS } from './score.js';
import { startServers } from './servers.js';
import { dataFolder, readSets } from './sets.js';

const COMMAND = 'npm run eval:retrieval';
const SETS = ['pubmedqa', 'scifact', 'qasper', 'samples'];
/** Questions a set without `--full`. */
const QUESTIONS = 200;

const options = parseMeasureOptions(COMMAND, SETS);
const metrics: Record<string, number> = {};
const rows: Row[] = [];

const servers = await startServers();
const pool = createPool(servers.databaseUrl, { name: 'holdfast-eval' });
try {
  await migrate(servers.databaseUrl);
  const embedder = createRuntime({ kind: servers.embed.kind, url: servers.embed.url, model: servers.embed.model, embedModel: servers.embed.model });
  const sets = (await readSets(dataFolder(options.data))).filter((s) => options.only === null || s.name === options.only);
  if (sets.length === 0) throw new Error(`There is no set ${options.only} in ${options.data ?? 'the samples'}.`);
  for (const set of sets) {
    console.error(`• ${set.name}: embedding ${set.documents.length} documents`);
    const indexed = await indexSet(pool, embedder, set);
    const scores = await scoreSet(pool, embedder, set, indexed, options.full ? Infinity : QUESTIONS);
    for (const way of WAYS) {
      const { questions, first, firstFive, mrr, ms } = scores[way];
      rows.push({ set: set.name, search: way, documents: set.documents.length, passages: indexed.passages, questions, 'right first': first.toFixed(3), 'in first five': firstFive.toFixed(3), MRR: mrr.toFixed(3), 'ms a search': ms.toFixed(1) });
      for (const [name, value] of Object.entries({ first, first_five: firstFive, mrr, ms })) metrics[`${set.name}.${way}.${name}`] = value;
    }
  }
  printTable(`How often a search finds the document that answers the question (embeddings: ${servers.embed.model})`, rows);
  await writeJson(options.json, COMMAND, metrics, rows);
} finally {
  await pool.end();
  await servers.stop();
}
