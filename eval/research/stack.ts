import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuntime } from '#models';
import { loadStackConfig, type RuntimeKind } from '#platform';
import { startStack } from '#platform/stack';
import { createPool, type Pool } from '#store';
import { cachedEmbedder } from '../../bench/vector-cache.js';

export type Given = { runtime?: string | undefined; url?: string | undefined; model?: string | undefined };
export type EvalStack = { apiUrl: string; model: string; runtime: string; pool: Pool; embedder: ReturnType<typeof cachedEmbedder>; stop(): Promise<void> };

/** The product's whole stack in a folder that goes away with it, with the runtime that is named or configured; else the one that the quick start would use. */
export async function startEvalStack(given: Given): Promise<EvalStack> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-research-eval-'));
  const kept = loadStackConfig(process.env).dataDir;
  const named = { HOLDFAST_RUNTIME: given.runtime, HOLDFAST_RUNTIME_URL: given.url, HOLDFAST_MODEL: given.model };
  // Rows and workflows of an evaluation belong in no one's database.
  const { DATABASE_URL: _db, DATABASE_DIRECT_URL: _direct, TEMPORAL_ADDRESS: _temporal, ...environment } = process.env;
  const env = { ...environment, ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)), HOLDFAST_DATA_DIR: folder, HOLDFAST_PORT: '0' };
  const stack = await startStack({ config: loadStackConfig(env), ports: { temporal: 0, ui: 0, postgres: 0 }, report: (line) => console.error(`• ${line}`) });
  const setting = (name: string): string => stack.env[name]!;
  const pool = createPool(setting('DATABASE_URL'), { name: 'holdfast-eval' });
  const [kind, embedModel] = [setting('HOLDFAST_RUNTIME') as RuntimeKind, stack.env['HOLDFAST_EMBED_MODEL']];
  const embedUrl = stack.env['HOLDFAST_EMBED_URL'];
  // An evaluation of notes needs no embeddings, and a runtime may have no model for them.
  const embedder = embedModel === undefined ? null : cachedEmbedder(createRuntime({ kind: embedUrl ? 'embedded' : kind, url: embedUrl ?? setting('HOLDFAST_RUNTIME_URL'), model: embedModel, embedModel }), kept);
  return {
    apiUrl: stack.apiUrl, model: setting('HOLDFAST_MODEL'), runtime: kind, pool,
    get embedder() {
      if (!embedder) throw new Error('This evaluation embeds: name a model for that in HOLDFAST_EMBED_MODEL.');
      return embedder;
    },
    async stop() {
      await pool.end();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
