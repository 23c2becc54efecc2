import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '#platform/stack';
import type { MemoryReading } from './heap-probe.js';

/** Milliseconds that a part has to end by itself, as under the stack's supervision. */
const STOP_MS = 20_000;
const FROM_SOURCE = import.meta.url.endsWith('.ts');
const root = fileURLToPath(new URL(FROM_SOURCE ? '../../' : '../../../', import.meta.url));
/** Path of a part of the project, compiled or from source as this process runs. */
export const part = (path: string): string => fileURLToPath(new URL(`../../${path}.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url));

export type Part = { name: string; pid: number; readyLine: string; memory(): Promise<MemoryReading>; stop(): Promise<void>; /** As a crash does. */ kill(): Promise<void> };

/** What API and workers of a benchmark are started with: its servers, and the scripted runtime that printed this ready line. */
export function partEnv(servers: { databaseUrl: string; temporalAddress: string; folder: string }, scripted: Pick<Part, 'readyLine'>, slots = 8): Record<string, string> {
  return {
    DATABASE_URL: servers.databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    HOLDFAST_DATA_DIR: servers.folder,
    HOLDFAST_RUNTIME: 'ollama',
    HOLDFAST_RUNTIME_URL: scripted.readyLine.split(' ').at(-1)!,
    HOLDFAST_MODEL: 'scripted',
    HOLDFAST_EMBED_MODEL: 'scripted',
    HOLDFAST_PORT: '0',
    HOLDFAST_PROBE_AGENT: '1',
    HOLDFAST_MODEL_SLOTS: String(slots),
    HOLDFAST_LOG_LEVEL: 'warn',
  };
}

/** Starts a part as a process of its own and waits for its ready line; its output goes to `log`. */
export async function startPart(name: string, entry: string, options: { args?: string[]; env?: Record<string, string>; ready: RegExp; log: string }): Promise<Part> {
  const loader = FROM_SOURCE ? ['--import', `${root}test/setup/source-loader.mjs`] : [];
  const child = spawn(process.execPath, ['--expose-gc', ...NODE_FLAGS, ...loader, '--import', part('bench/spine/heap-probe'), entry, ...(options.args ?? [])], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = createWriteStream(options.log);
  child.stderr!.pipe(log);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    // Node's exit can wait for ever for a thread of V8's that compiles and waits for it.
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await once(child, 'exit');
    clearTimeout(late);
  };
  const readyLine = await untilReady(name, child, options.ready, log, options.log);
  return {
    name,
    pid: child.pid!,
    readyLine,
    async memory() {
      child.send('memory');
      const [reading] = (await once(child, 'message')) as [MemoryReading];
      return reading;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

async function untilReady(name: string, child: ChildProcess, ready: RegExp, log: NodeJS.WritableStream, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      log.write(chunk);
      text += text.length < 65_536 ? chunk.toString() : '';
      const line = text.split('\n').find((l) => ready.test(l));
      if (line) resolve(line);
    });
    child.once('exit', (code, signal) => reject(new Error(`${name} ended (${signal ?? code}) before it was ready; see ${file}`)));
  });
}
