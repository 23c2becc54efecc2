import { z } from 'zod';
import type { ToolContract, ToolSpec } from '#contracts';
import { isOnBranch, readPlaces, withTx } from '#store';
import type { AgentImplementation, Tool } from '../agent.js';

/** Share of the window that a reopened result may take. */
const SHARE = 0.25;
const CHARS_A_TOKEN = 3;

export const REOPEN = 'reopen';
export const REMEMBER = 'remember';

const reopenArgs = z.object({ step: z.int().min(1), call: z.int().min(0).default(0), from: z.int().min(0).default(0) });
const rememberArgs = z.object({ fact: z.string().min(1).max(2_000) });

const CONTRACTS: ToolContract[] = [
  { name: REOPEN, description: 'Shows the result of an earlier tool call again, from character `from` on.', kind: 'read', effect: 'read', parameters: reopenArgs, timeoutMs: 30_000, exempt: true },
  { name: REMEMBER, description: 'Keeps a fact word by word for the rest of the work, however long it gets.', kind: 'read', effect: 'read', parameters: rememberArgs, timeoutMs: 30_000, exempt: true },
];

const SPECS: ToolSpec[] = CONTRACTS.map(({ name, description, parameters }) => ({ name, description, parameters: z.toJSONSchema(parameters, { io: 'input' }) }));

/** Reads a result again, of a call that leads to where the run is. */
const reopen: Tool = async (ctx, args) => {
  const { step, call, from } = reopenArgs.parse(args);
  const ref = { tenantId: ctx.tenantId, runId: ctx.runId };
  const message = await withTx(ctx.deps.pool, ref.tenantId, async (tx) => {
    // The open step stands on the branch too: what leads to it does.
    if (!(await isOnBranch(tx, ref, ctx.step, step))) return null;
    return (await readPlaces(tx, ref, [{ step, ordinal: call + 1 }]))[0] ?? null;
  });
  if (!message) return { content: `There is no result of step ${step}, call ${call}.`, error: 'agent' };
  const text = message.message.content;
  const size = Math.floor(ctx.deps.contextTokens * SHARE) * CHARS_A_TOKEN;
  const part = text.slice(from, from + size);
  const rest = from + size < text.length ? `\n(${text.length - from - size} characters follow; call reopen with from ${from + size}.)` : '';
  return { content: part + rest, gain: 0 };
};

/** The result is the fact itself: what pins it is that its message is found when room is made. */
const remember: Tool = async (_ctx, args) => ({ content: rememberArgs.parse(args).fact });

/** Gives an agent the tools of memory, unless its contract says that it cannot use them or has tools of these names. */
export function withBuiltIns(agent: AgentImplementation): AgentImplementation {
  if (agent.contract.memory?.tools === false) return agent;
  const own = new Set(agent.contract.tools.map((t) => t.name));
  const added = CONTRACTS.filter((c) => !own.has(c.name));
  return {
    ...agent,
    contract: { ...agent.contract, tools: [...agent.contract.tools, ...added] },
    prepareTurn: async (ctx) => {
      const plan = await agent.prepareTurn(ctx);
      return plan.tools ? { ...plan, tools: [...plan.tools, ...SPECS.filter((s) => !own.has(s.name))] } : plan;
    },
    tools: { [REOPEN]: reopen, [REMEMBER]: remember, ...agent.tools },
  };
}
