import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DoctorReport } from '#contracts';
import { diagnose, PROBES, type Runtime } from '#models';
import { COLUMNS, MODEL } from './servers.js';

/** What each kind must show with this model; the rest of the table is `npm run contract`'s. */
const MUST: Record<string, string[]> = {
  Ollama: ['list', 'unknown_model', 'facts', 'stream', 'max_tokens', 'stop', 'schema_think_off', 'refuses_long', 'abort', 'keep_alive', 'embed', 'embed_long'],
  'OpenAI-compatible (Ollama /v1)': ['list', 'unknown_model', 'stream', 'schema', 'abort', 'embed'],
  embedded: ['list', 'unknown_model', 'facts', 'stream', 'max_tokens', 'tools_called', 'tools_result', 'refuses_long', 'abort', 'embed'],
};
/** A base model was made for none of these. */
const NEVER_SHOWN = ['images', 'thinking'];

describe.each(COLUMNS)('the contract of $name', ({ name, start, missing }) => {
  let runtime: Runtime;
  let stop: () => Promise<void>;
  let report: DoctorReport;
  beforeAll(async () => {
    if (missing) return;
    ({ runtime, stop } = await start());
    report = await diagnose({ runtime, model: MODEL, contextTokens: 2_048, signal: AbortSignal.timeout(200_000), only: [...MUST[name]!, ...NEVER_SHOWN] });
  }, 240_000);
  afterAll(() => stop?.());

  (missing ? it.skip : it)('is shown where the model can show it, and nothing else is claimed', () => {
    const verdicts = Object.fromEntries(report.findings.map(({ probe, verdict, detail }) => [probe, verdict === 'passed' ? verdict : `${verdict}: ${detail}`]));
    expect(verdicts).toMatchObject(Object.fromEntries(MUST[name]!.map((probe) => [probe, 'passed'])));
    for (const probe of NEVER_SHOWN) expect(verdicts[probe]).toMatch(/^not_shown/);
  });

  it('has a row for every capability that callers read', () => {
    const shown = new Set(PROBES.map(({ capability }) => capability));
    for (const capability of ['tools', 'thinking', 'schema', 'images', 'seed', 'stop', 'keep_alive', 'embeddings', 'pull', 'abort'] as const) expect(shown).toContain(capability);
  });
});
