import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AgentImplementation, Tool, ToolContext, ToolResult } from '#activities';
import { probe } from '#agents/probe/activities/index';
import { probeContract } from '#agents/probe/contract';
import type { ToolContract } from '#contracts';
import { TOOLS_DIR } from '#platform/stack';
import { createSandbox, findExecutables } from '#workspace';
import { linesOf } from './lines.js';

/** Files that a test steers the tools with, beside the file that an effect goes to. */
export const holdFile = (path: string, pid: number): string => `${path}.hold.${pid}`;
export const refusalFile = (path: string): string => `${path}.refuse`;

const tool = (name: string, effect: ToolContract['effect'], more: Partial<ToolContract> = {}): ToolContract => ({ name, description: 'Writes a line.', kind: 'mutate', effect, parameters: z.object({ path: z.string(), line: z.string() }), timeoutMs: 60_000, ...more });

const contract = {
  ...probeContract,
  name: 'hands',
  tools: [tool('known', 'once'), tool('unknown', 'once'), tool('again', 'idempotent'), tool('approved', 'idempotent', { approval: {} }), tool('command', 'idempotent'), ...probeContract.tools],
};

/** The effect comes first; then the process can be killed, cut off or frozen for as long as the test likes, before it is recorded. */
const write: Tool = async (ctx, args) => {
  const { path, line } = args as { path: string; line: string };
  await appendFile(path, `${ctx.idempotencyKey} ${process.pid} ${line}\n`);
  while (existsSync(holdFile(path, process.pid))) await sleep(20);
  if (existsSync(refusalFile(path))) {
    await rm(refusalFile(path));
    return { content: '', reject: { code: 'output_invalid', reason: 'Not this way.' } };
  }
  return { content: `by ${process.pid}` };
};

const sandbox = createSandbox({ executables: findExecutables(TOOLS_DIR) });

/** The first time a command that writes down that it lives, without end; after that only when that is. */
const command: Tool = async (ctx, args) => {
  const { path } = args as { path: string };
  if (existsSync(path)) return { content: `begins at ${Date.now()}` };
  await mkdir(path);
  await chmod(path, 0o777);
  await sandbox.run({ tree: path, command: 'while :; do date +%s%3N >> beats; sleep 0.1; done', limits: { timeMs: 60_000 }, signal: ctx.signal });
  ctx.signal.throwIfAborted();
  return { content: 'it ended' };
};

/** Whether the call took effect can be seen from the file. */
async function lookUp(ctx: ToolContext, args: unknown): Promise<ToolResult | 'not done'> {
  const { path } = args as { path: string };
  return linesOf(path).some((l) => l.key === ctx.idempotencyKey) ? { content: 'found it done' } : 'not done';
}

/** Has tools of every effect, each of which can be stopped between its effect and its record. */
export const hands: AgentImplementation = {
  ...probe,
  contract,
  tools: { ...probe.tools, known: write, unknown: write, again: write, approved: write, command },
  reconcile: { known: lookUp },
};
