import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOCAL_TENANT as tenantId } from '#contracts';
import { hashedEmbedding, type ScriptedAnswer, type ScriptedRequest, startScriptedRuntime } from '#models/scripted';
import { loadStackConfig } from '#platform';
import { startStack } from '#platform/stack';
import { createPool } from '#store';
import type { Row } from '../options.js';
import { fillCorpus } from './fill.js';

const EMBED_MODEL = 'scripted-embed';
const QUESTIONS = 30;
/** The first runs warm processes and caches up. */
const WARM = 3;
const LONGEST_MS = 30_000;

/**
 * From a question's POST to the moment when a client can read the first passages found for it, over the whole stack and
 * the REST API. The model is a script that answers at once: what is measured is all but the runtime.
 */
export async function measureFirstEvidence(texts: string[], questions: string[], total: number, report: (line: string) => void): Promise<{ rows: Row[]; metrics: Record<string, number> }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const model = await startScriptedRuntime({ script: searching, keepRequests: 0 });
  const { DATABASE_URL: _db, DATABASE_DIRECT_URL: _direct, TEMPORAL_ADDRESS: _temporal, ...environment } = process.env;
  const env = { ...environment, HOLDFAST_DATA_DIR: folder, HOLDFAST_PORT: '0', HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: model.url, HOLDFAST_MODEL: 'scripted', HOLDFAST_EMBED_MODEL: EMBED_MODEL };
  const stack = await startStack({ config: loadStackConfig(env), ports: { temporal: 0, ui: 0, postgres: 0 }, report });
  const pool = createPool(stack.env['DATABASE_URL']!, { name: 'holdfast-bench' });
  try {
    const corpusId = (await call(stack.apiUrl, 'POST', '/v1/corpora', { name: 'bench' }))['id'] as string;
    let n = 0;
    await fillCorpus(pool, { tenantId, corpusId }, total, { dims: 384, model: EMBED_MODEL, text: () => texts[n++ % texts.length]!, vector: () => hashedEmbedding(`${texts[n % texts.length]!} ${n++}`) }, report);
    const times: number[] = [];
    for (const [i, question] of questions.slice(0, QUESTIONS + WARM).entries()) {
      const ms = await firstEvidence(stack.apiUrl, corpusId, question);
      if (i >= WARM) times.push(ms);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
    return {
      rows: [{ passages: total, questions: times.length, 'median ms': at(0.5).toFixed(0), 'p95 ms': at(0.95).toFixed(0), 'longest ms': times.at(-1)!.toFixed(0) }],
      metrics: { first_evidence_p50_ms: at(0.5), first_evidence_p95_ms: at(0.95), first_evidence_max_ms: times.at(-1)! },
    };
  } finally {
    await pool.end();
    await stack.stop();
    await model.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Searches with the question's own words, then ends the run. */
function searching(request: ScriptedRequest): ScriptedAnswer {
  // The doctor finds that a script keeps to no schema, and words are then put behind the turn.
  const question = /^Question: (.*)$/m.exec(request.messages.map((m) => m.content).join('\n'))?.[1];
  return { content: JSON.stringify(question ? { action: 'search', query: question.slice(0, 100) } : { action: 'not_found' }) };
}

async function firstEvidence(apiUrl: string, corpusId: string, question: string): Promise<number> {
  const started = performance.now();
  const run = await call(apiUrl, 'POST', '/v1/runs', { agent: 'research', corpusId, input: { question } });
  for (;;) {
    const { data } = (await call(apiUrl, 'GET', `/v1/runs/${run['id'] as string}/events?types=checkpoint.saved`)) as { data: { step: number | null }[] };
    const saved = data.find((e) => (e.step ?? 0) > 0);
    if (saved) {
      const { state } = (await call(apiUrl, 'GET', `/v1/runs/${run['id'] as string}/checkpoints/${saved.step}?include=content`)) as { state: { passages: unknown[] } };
      if (state.passages.length === 0) throw new Error('The first search found nothing: there is no evidence to wait for.');
      return performance.now() - started;
    }
    if (performance.now() - started > LONGEST_MS) {
      const { status, statusReason } = await call(apiUrl, 'GET', `/v1/runs/${run['id'] as string}`);
      throw new Error(`No evidence came within ${LONGEST_MS} ms: the run is ${status as string}${statusReason ? ` (${(statusReason as { code: string }).code})` : ''}.`);
    }
    await sleep(5);
  }
}

async function call(apiUrl: string, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(apiUrl + path, { method, ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}) });
  if (!response.ok) throw new Error(`${method} ${path.split('?')[0]} answered ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}
