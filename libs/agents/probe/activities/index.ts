import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import type { AgentImplementation, ToolContext, ToolResult } from '#activities';
import { probeContract } from '../contract.js';

type Input = { steps: number; bytes: number };
type State = { done: number };

const SYSTEM = 'You are a probe.';

export const probe: AgentImplementation = {
  contract: probeContract,
  initialState: () => ({ done: 0 }) satisfies State,
  prompts: [SYSTEM],
  partialResult: ({ state }) => ({ steps: (state as State).done }),
  prepareTurn: async () => ({ system: SYSTEM, turn: [], history: 'branch' }),
  parseTurn: (_ctx, out) => ({ ok: true, calls: out.toolCalls, text: out.content }),
  tools: {
    read_filler: async (ctx, args) => {
      const { n } = args as { n: number };
      return { content: filler(`${ctx.runId}:${n}`, (ctx.input as Input).bytes), state: { done: (ctx.state as State).done + 1 } };
    },
    append_line: append,
    append_approved: append,
    done: async (ctx) => {
      const result = { steps: (ctx.state as State).done };
      return { content: 'ok', finish: { result, artifact: { kind: 'probe', title: 'Probe', content: result, evidence: [], verified: true } } };
    },
  },
};

/** The effect is outside Postgres: a kill between it and its record shows as a second line with the same key. */
async function append(ctx: ToolContext, args: unknown): Promise<ToolResult> {
  const { path, line } = args as { path: string; line: string };
  await appendFile(path, `${ctx.idempotencyKey} ${line}\n`);
  return { content: 'ok', state: { done: (ctx.state as State).done + 1 } };
}

/** Text that does not compress and does not repeat, `bytes` long. */
function filler(seed: string, bytes: number): string {
  let text = '';
  for (let i = 0; text.length < bytes; i++) text += `${createHash('sha256').update(`${seed}:${i}`).digest('base64url')} `;
  return text.slice(0, bytes);
}
