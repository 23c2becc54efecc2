import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LOCAL_TENANT, type RunRef } from '#contracts';
import { type ScriptedRuntime, startScriptedRuntime } from '#models/scripted';
import { loadStackConfig, type StackConfig } from '#platform';
import { backUp, restore, type RunningStack, startStack } from '#platform/stack';
import { createPool, type Pool } from '#store';
import { checkRun } from '../harness/check-run.js';
import { modelOf, playScenario } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(240_000);
const quiet = (): void => undefined;

describe('a backup of a whole installation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
  const copy = join(folder, 'copy');
  let runtime: ScriptedRuntime;
  let stack: RunningStack | null = null;
  let pool: Pool;
  beforeAll(async () => void (runtime = await startScriptedRuntime({ script: playScenario })));
  afterAll(async () => {
    if (stack) await stop();
    await runtime.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const config = (data: string): StackConfig => loadStackConfig({ HOLDFAST_DATA_DIR: join(folder, data), HOLDFAST_PORT: '0', HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: runtime.url, HOLDFAST_MODEL: 'scripted', HOLDFAST_EMBED_MODEL: 'scripted', HOLDFAST_MODEL_SLOTS: '4' });
  async function start(data: string): Promise<void> {
    stack = await startStack({ config: config(data), ports: { temporal: 0, ui: 0, postgres: 0 }, report: quiet, env: { HOLDFAST_PROBE_AGENT: '1' } });
    pool = createPool(stack.env['DATABASE_URL']!, { max: 4, name: 'holdfast-test' });
  }
  async function stop(): Promise<void> {
    await pool.end();
    await stack!.stop();
    stack = null;
  }
  const call = async (path: string, body?: object): Promise<Record<string, unknown>> =>
    (await fetch(`${stack!.apiUrl}/v1${path}`, body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {})).json() as Promise<Record<string, unknown>>;
  const stepsOf = async (ref: RunRef): Promise<number> => ((await call(`/runs/${ref.runId}/steps?limit=200`))['data'] as unknown[]).length;

  it('is taken while runs are under way, and they go on from it on another machine', async () => {
    await start('first');
    const scenario = { steps: 40, delayMs: 150 };
    const { id } = await call('/runs', { agent: 'probe', input: { steps: 40 }, model: modelOf(scenario) });
    const done = (await call('/runs', { agent: 'probe', input: { steps: 1 }, model: modelOf({ steps: 1 }) }))['id'] as string;
    const ref = { tenantId: LOCAL_TENANT, runId: id as string };
    await until('five steps', async () => (await stepsOf(ref)) >= 5, 60_000);
    const manifest = await backUp({ config: config('first'), folder: copy, report: quiet });
    expect(manifest.files.map((f) => f.file).sort()).toEqual(['holdfast.dump', 'payload.key', 'temporal.db']);
    expect(manifest.schema).toMatch(/^\d{4}_/);
    const before = await stepsOf(ref);
    await until('it to go on meanwhile', async () => (await stepsOf(ref)) > before, 60_000);
    await stop();

    await restore({ config: config('second'), folder: copy, replace: false, report: quiet });
    await start('second');
    await until('the run to go on', async () => (await call(`/runs/${ref.runId}`))['status'] === 'completed', 90_000);
    const { branch } = await checkRun(pool, ref, { status: 'completed' });
    expect(branch).toHaveLength(41);
    expect((await call(`/runs/${done}`))['status']).toBe('completed');
    await stop();
  });

  it('is not taken into a folder with something in it, nor restored over a stack or from files that changed', async () => {
    await expect(backUp({ config: config('second'), folder: copy, report: quiet })).rejects.toThrow(/not empty/);
    await expect(restore({ config: config('second'), folder: copy, replace: false, report: quiet })).rejects.toThrow(/holds a stack already/);
    appendFileSync(join(copy, 'temporal.db'), 'x');
    await expect(restore({ config: config('third'), folder: copy, replace: false, report: quiet })).rejects.toThrow(/temporal\.db is not what was backed up/);
    await expect(restore({ config: config('third'), folder, replace: false, report: quiet })).rejects.toThrow(/holds no backup/);
  });
});
