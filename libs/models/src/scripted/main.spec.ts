import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createRuntime } from '../runtime.js';

it('runs as a process of its own, and ends on SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scripted-'));
  const script = join(folder, 'script.mjs');
  await writeFile(script, 'export default (request, n) => ({ content: `call ${n} with ${request.messages.length}` });');
  const loader = join(import.meta.dirname, '../../../../test/setup/source-loader.mjs');
  const child = spawn(process.execPath, ['--import', loader, join(import.meta.dirname, 'main.ts'), '--script', script], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /http:\S+/.exec(String(line))![0];
    const runtime = createRuntime({ kind: 'ollama', url, model: 'scripted:latest', embedModel: 'e' });
    const result = await runtime.chat({ model: '', messages: [{ role: 'user', content: 'q' }], sampling: {}, contextTokens: 100 }, { signal: AbortSignal.timeout(5_000) });
    expect(result.content).toBe('call 0 with 1');
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
}, 20_000);
