import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sampling } from '#contracts';
import type { Runtime } from '#models';
import { diff, type Sandbox, Workspaces } from '#workspace';
import { type AttemptLimits, teller } from '../attempt.js';
import { openBridge } from './bridge.js';

export type MiniAttempt = {
  python: string;
  /** Folder of its packages. */
  packages: string;
  folder: string;
  repo: string;
  task: string;
  limits: AttemptLimits;
  runtime: Runtime;
  model: string;
  sampling: Sampling;
  contextTokens: number;
  sandbox: Sandbox;
};

export type MiniEnd = { exit: string; calls: number; /** Empty where nothing was submitted. */ patch: string };

const TELL_MS = 1_000;

/** One case by mini-swe-agent, on a tree like the ones that Holdfast's agent works on, to its end or to its limits. */
export async function attemptWithMini(a: MiniAttempt, tell: (where: string) => void = () => undefined): Promise<MiniEnd> {
  mkdirSync(a.folder, { recursive: true });
  const workspaces = new Workspaces({ folder: join(a.folder, 'workspaces'), repositories: [a.repo] });
  const ws = await workspaces.open('mini', { repo: a.repo });
  await workspaces.ensure(ws, ws.base);
  await workspaces.beginChange(ws);
  let calls = 0;
  const telling = teller(tell, Date.now());
  const bridge = await openBridge({ ...a, tree: ws.place.tree, sampling: { ...a.sampling, maxTokens: a.limits.answerTokens }, onModelCall: () => calls++ });
  const beat = setInterval(() => telling(`call ${calls}`), TELL_MS);
  try {
    const exit = await drive(a, bridge.url);
    if (exit !== 'Submitted') return { exit, calls, patch: '' };
    return { exit, calls, patch: await diff(ws.place, ws.base, await workspaces.endChange(ws, ws.base, 'end')) };
  } finally {
    clearInterval(beat);
    await bridge.close();
  }
}

async function drive({ python, packages, folder, task, limits }: MiniAttempt, url: string): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', MSWEA_SILENT_STARTUP: '1', MSWEA_GLOBAL_CONFIG_DIR: join(folder, 'config') };
  const child = spawn(python, [join(import.meta.dirname, 'driver.py')], { stdio: ['pipe', 'pipe', 'pipe'], env, timeout: limits.seconds * 1_000, killSignal: 'SIGKILL' });
  let out = '';
  let trouble = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (trouble = (trouble + chunk.toString('utf8')).slice(-2_000)));
  child.stdin.end(JSON.stringify({ url, task, steps: limits.steps }));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === null) return 'TimeExceeded';
  if (code !== 0) throw new Error(`mini-swe-agent did not run: ${trouble.trim().split('\n').at(-1)}`);
  return (JSON.parse(out.trim().split('\n').at(-1)!) as { exit: string }).exit;
}
