import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '#platform';
import { CA_FILE, testTls } from '#test/harness/tls/index';
import { createRuntimes } from '../configured.js';
import type { Runtime } from '../runtime.js';
import { type OpenAiFront, startOpenAiFront } from '../scripted/openai-front.js';

const KEY = 'sk-hosted';
const never = new AbortController().signal;
const request = { model: 'gemma', messages: [{ role: 'user' as const, content: 'Hello' }], sampling: {}, contextTokens: 4_096 };

describe('a hosted endpoint over TLS, by configuration alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
  let hosted: OpenAiFront;
  beforeAll(async () => {
    hosted = await startOpenAiFront(() => ({ content: 'Hello over TLS.' }), KEY, testTls());
  });
  afterAll(async () => {
    await hosted?.stop();
    rmSync(folder, { recursive: true });
  });

  function runtime(setting: Record<string, string>, key = KEY): Runtime {
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, `${key}\n`);
    const config = loadConfig({ HOLDFAST_DATA_DIR: folder, DATABASE_URL: 'postgres://x@127.0.0.1/x', TEMPORAL_ADDRESS: '127.0.0.1:7233', HOLDFAST_RUNTIMES: JSON.stringify([{ id: 'hosted', kind: 'openai', url: hosted.url, keyFile, ...setting }]) });
    return createRuntimes(config).get('hosted')!;
  }

  it('answers where its authority is trusted, with the key from its file', async () => {
    expect(await runtime({ caFile: CA_FILE }).chat(request, { signal: never })).toMatchObject({ content: 'Hello over TLS.' });
    expect(hosted.calls()).toBe(1);
  });

  it('is sent neither prompt nor key where its certificate is not trusted, and says what to do', async () => {
    const before = hosted.calls();
    await expect(runtime({}).chat(request, { signal: never })).rejects.toMatchObject({ code: 'runtime_unavailable', message: expect.stringContaining('caFile') });
    expect(hosted.calls()).toBe(before);
  });

  it('refuses a wrong key without saying which', async () => {
    const error = await runtime({ caFile: CA_FILE }, 'sk-other').chat(request, { signal: never }).catch((e: Error) => e);
    expect(error).toMatchObject({ code: 'validation_failed', message: expect.not.stringContaining('sk-other') });
  });
});
