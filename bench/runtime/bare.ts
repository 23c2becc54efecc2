import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '#platform';
import { TOOLS_DIR } from '#platform/stack';
import type { AskedReply } from './replies.js';

/** `foreseen`: share of the reply's tokens that were evaluated ahead, where the server tells. */
export type Speed = { promptPerSecond: number; replyPerSecond: number; foreseen?: number };

/** Only this benchmark wants it, so it is installed when that is run, by the version of the libraries. */
const VERSION = '3.22.1';

/** Installs node-llama-cpp with its CPU package, without scripts. @returns the folder, or why there is none */
export function bareFolder(): { folder: string } | { missing: string } {
  const folder = join(TOOLS_DIR, `bench-node-llama-cpp-${VERSION}`);
  if (existsSync(join(folder, 'node_modules/node-llama-cpp/package.json'))) return { folder };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  try {
    const packages = [`node-llama-cpp@${VERSION}`, `@node-llama-cpp/${process.platform}-${process.arch}@${VERSION}`];
    execFileSync('npm', ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '-E', ...packages], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    return { folder };
  } catch (error) {
    return { missing: `node-llama-cpp could not be installed: ${(error as Error).message.split('\n')[0]}` };
  }
}

/** One round of the bare loop in a process of its own. */
export async function bareSpeed(folder: string, model: string, asked: AskedReply, threads: number): Promise<Speed> {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'bench/runtime/bare-loop.mjs'), folder, model, String(threads), String(asked.tokens), String(asked.temperature), '2'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const rounds: { promptMs: number; replyMs: number; tokens: number; prompt: number }[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') child.stdin.end(`${asked.prompt.replaceAll('\n', '\\n')}\n`);
    else if (line.startsWith('{')) rounds.push(JSON.parse(line) as (typeof rounds)[number]);
  }
  // The first round faults the weights in.
  const round = rounds.at(-1);
  if (!round || round.tokens < 1) throw new Error('the bare loop gave no tokens');
  return { promptPerSecond: (1000 * round.prompt) / round.promptMs, replyPerSecond: (1000 * round.tokens) / round.replyMs };
}
