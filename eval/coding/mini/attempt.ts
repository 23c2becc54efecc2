import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sampling } from '#contracts';
import type { Runtime } from '#models';
import { diff, type Sandbox, Workspaces } from '#workspace';
import { openBridge } from './bridge.js';

export type MiniAttempt = {
  python: string;
  /** Folder of its packages. */
  packages: string;
  folder: string;
  repo: string;
  task: string;
  maxSteps: number;
  runtime: Runtime;
  model: string;
  sampling: Sampling;
  contextTokens: number;
  sandbox: Sandbox;
};

export type MiniEnd = { exit: string; calls: number; /** Empty where nothing was submitted. */ patch: string };

const TIMEOUT_MS = 3_600_000;

/** One case by mini-swe-agent, on a tree like the ones that Holdfast's agent works on. */
export async function attemptWithMini(a: MiniAttempt): Promise<MiniEnd> {
  mkdirSync(a.folder, { recursive: true });
  const workspaces = new Workspaces({ folder: join(a.folder, 'workspaces'), repositories: [a.repo] });
  const ws = await workspaces.open('mini', { repo: a.repo });
  await workspaces.ensure(ws, ws.base);
  await workspaces.beginChange(ws);
  const bridge = await openBridge({ ...a, tree: ws.place.tree });
  try {
    const { exit, calls } = await drive(a, bridge.url);
    const commit = await workspaces.endChange(ws, ws.base, 'end');
    return { exit, calls, patch: exit === 'Submitted' ? await diff(ws.place, ws.base, commit) : '' };
  } finally {
    await bridge.close();
  }
}

async function drive({ python, packages, folder, task, maxSteps }: MiniAttempt, url: string): Promise<{ exit: string; calls: number }> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', MSWEA_SILENT_STARTUP: '1', MSWEA_GLOBAL_CONFIG_DIR: join(folder, 'config') };
  const child = spawn(python, [join(import.meta.dirname, 'driver.py')], { stdio: ['pipe', 'pipe', 'pipe'], env, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  let out = '';
  let trouble = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (trouble = (trouble + chunk.toString('utf8')).slice(-2_000)));
  child.stdin.end(JSON.stringify({ url, task, steps: maxSteps }));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === null) return { exit: 'TimeExceeded', calls: 0 };
  if (code !== 0) throw new Error(`mini-swe-agent did not run: ${trouble.trim().split('\n').at(-1)}`);
  return JSON.parse(out.trim().split('\n').at(-1)!) as { exit: string; calls: number };
}
