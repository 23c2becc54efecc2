import { copyFileSync, constants, mkdtempSync, openSync, closeSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { createRuntime, diagnose } from '#models';
import { PROJECT_ROOT } from '#platform';
import { gemma270m, llamaLibraries, TOOLS_DIR } from '#platform/stack';
import { Child } from '../harness/child.js';

jest.setTimeout(120_000);
const MODEL = 'gemma3:270m';
const BLOCK = 1 << 20;

describe('a model file that is damaged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-damaged-'));
  const file = join(folder, 'model.gguf');
  let child: Child | undefined;
  afterEach(() => child?.stop());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const setup = { toolsDir: TOOLS_DIR, report: (message: string): void => void process.stderr.write(`• ${message}\n`) };
  async function runtimeOf(damage: (file: string) => void): Promise<Child> {
    copyFileSync(await gemma270m(setup), file, constants.COPYFILE_FICLONE);
    damage(file);
    const env = { HOLDFAST_LLAMA_DIR: await llamaLibraries(setup), HOLDFAST_GGUF: file, HOLDFAST_EMBED_GGUF: '', HOLDFAST_MODEL: MODEL, HOLDFAST_RUNTIME_PORT: '0' };
    return new Child('runtime', { command: process.execPath, args: ['--import', join(PROJECT_ROOT, 'test/setup/source-loader.mjs'), join(PROJECT_ROOT, 'apps/runtime/src/main.ts')], env, log: join(folder, 'runtime.log'), ready: /runtime ready on http/ });
  }

  it('is refused when the runtime starts, where it was cut short', async () => {
    child = await runtimeOf((path) => truncateSync(path, Math.floor(statSync(path).size / 2)));
    await expect(child.start()).rejects.toThrow(/could not load .*model\.gguf: not a GGUF file, damaged/);
  });

  it('is found by the doctor, where its weights are no numbers', async () => {
    child = await runtimeOf((path) => {
      const handle = openSync(path, 'r+');
      writeSync(handle, Buffer.alloc(BLOCK, 0xff), 0, BLOCK, Math.floor(statSync(path).size / 2));
      closeSync(handle);
    });
    await child.start();
    const runtime = createRuntime({ kind: 'embedded', url: /http:\S+/.exec(child.readyLine)![0], model: MODEL, embedModel: '' });
    const { findings, driftDoubtful } = await diagnose({ runtime, model: MODEL, contextTokens: 2_048, signal: AbortSignal.timeout(60_000), only: ['list', 'stream', 'max_tokens'] });
    expect(findings.map(({ probe, verdict }) => [probe, verdict])).toEqual([['list', 'passed'], ['stream', 'failed'], ['max_tokens', 'not_shown']]);
    expect(findings[1]).toMatchObject({ detail: expect.stringMatching(/^model_unreadable: .* cannot load gemma3:270m: its file is damaged/), remedy: expect.stringContaining('fetch its file again') });
    expect(findings[1]!.detail).not.toContain(folder);
    expect(driftDoubtful).toBe(true);
  });
});
