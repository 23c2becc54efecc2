import { RunCache, type RunDeps, soleGate } from '#activities';
import { probe } from '#agents/probe/activities/index';
import { createSearch } from '#corpus';
import { createRuntime } from '#models';
import { createLogger } from '#platform';
import { createNotifier, type Pool } from '#store';

/** What the run's activities need, over a database and a runtime of the test's own; as one worker process has it. */
export function runDeps(pool: Pool, runtimeUrl: string, more: Partial<RunDeps> = {}): RunDeps {
  const runtime = createRuntime({ kind: 'ollama', url: runtimeUrl, model: 'play?steps=3', embedModel: 'scripted-embed' });
  const contextTokens = more.contextTokens ?? 8_192;
  return {
    pool, notifier: createNotifier(pool), runtime, gate: soleGate(more.runtime ?? runtime, more.model ?? 'play?steps=3'), embedder: runtime, agents: new Map([['probe', probe]]), model: 'play?steps=3', contextTokens,
    search: createSearch(pool, runtime), logger: createLogger({ logLevel: 'silent' }, 'test'), cache: new RunCache(contextTokens), ...more,
  };
}
