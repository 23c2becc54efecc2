import { z } from 'zod';
import type { AgentImplementation, ParsedTurn, Tool, ToolResult, TurnContext, TurnPlan } from '#activities';
import type { ToolSpec } from '#contracts';
import { readTextCalls } from '#models';
import { diff as gitDiff, PathRefused, repoMap } from '#workspace';
import { codingContract, type CodingInput, type CodingState, toolArgs } from '../contract.js';
import * as words from '../prompts/words.js';
import { analyseLog } from './analyse-log.js';
import { edit, write } from './change.js';
import { run, test } from './execute.js';
import { askToChange, proposePlan, publish, setup } from './approved.js';
import { finish } from './finish.js';
import { diff, list, log, read, search, symbols } from './look.js';
import { questions } from './questions.js';
import { type CodingSettings, openWork, refused, reinstalled, type Work, type WorkTool } from './setting.js';

const MAP_TOKENS = 4_000;
/** Of the context, at most. */
const MAP_SHARE = 6;
const HELD_MAPS = 50;
/** Tools that run commands on what is installed. */
const EXECUTING = new Set(['run', 'test', 'finish']);

const TOOLS: ToolSpec[] = codingContract.tools.map(({ name, description, parameters }) => {
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: 'input' });
  return { name, description, parameters: schema };
});

const WORK: { [N in keyof typeof toolArgs]: WorkTool<z.output<(typeof toolArgs)[N]>> } = { list, read, search, symbols, edit, write, run, test, diff, log, todo, propose_plan: proposePlan, setup, ask_to_change: askToChange, publish, finish, analyse_log: analyseLog };

export type { CodingSettings } from './setting.js';

/** The coding agent over this machine's workspaces and sandbox. */
export function createCodingAgent(settings: CodingSettings): AgentImplementation {
  const maps = new Map<string, Promise<string>>();
  /** Of the base, so that the beginning of the prompt stays the same and is read once. */
  const mapOf = (work: Omit<Work, 'ctx'>, contextTokens: number): Promise<string> => {
    const key = work.ws.id;
    let map = maps.get(key);
    if (!map) {
      maps.set(key, (map = repoMap(work.ws.place, Math.min(MAP_TOKENS, Math.floor(contextTokens / MAP_SHARE)), work.input.task)));
      map.catch(() => maps.delete(key));
      if (maps.size > HELD_MAPS) maps.delete(maps.keys().next().value!);
    }
    return map;
  };
  return {
    contract: codingContract,
    prompts: Object.values(words).map(String),
    keeps: { runs: () => settings.workspaces.list(), remove: (runId) => settings.workspaces.remove(runId) },
    initialState: () => ({ workspace: null, todo: [], baseline: null, last: null, allowed: [], changesUntested: 0, plan: null, setup: null, trail: [] }) satisfies CodingState,
    partialResult: ({ state }) => {
      const { workspace, todo, last, changesUntested } = state as CodingState;
      return { base: workspace?.base ?? null, commit: workspace?.commit ?? null, todo, tests: last && { command: last.command, exitCode: last.exitCode, passed: last.passed, failed: last.failed, commit: last.commit }, changesUntested };
    },
    async prepareTurn(ctx): Promise<TurnPlan> {
      const work = await openWork(settings, ctx);
      const map = await mapOf(work, ctx.deps.contextTokens);
      const text = work.input.protocol === 'text';
      const tools = TOOLS.filter(({ name }) => (name !== 'propose_plan' || work.input.gates?.plan) && (name !== 'setup' || settings.setupHosts.length > 0));
      return {
        system: words.systemWords(work.input, map, work.ws.notes, tools),
        turn: [{ role: 'user', content: words.turnWords(work.input, work.state, ctx.rejection) }],
        history: 'branch',
        ...(text ? {} : { tools }),
      };
    },
    async undone({ before, after, ...ctx }) {
      const [from, to] = [before, after].map((state) => (state as CodingState).workspace?.commit ?? null);
      if (!to) return null;
      const { ws } = await openWork(settings, { ...ctx, state: before });
      const patch = await gitDiff(ws.place, from ?? ws.base, to);
      return patch ? `\`\`\`diff\n${patch.trimEnd()}\n\`\`\`` : null;
    },
    parseTurn,
    keepsFiles: true,
    asks: questions(settings),
    tools: Object.fromEntries(Object.entries(WORK).map(([name, work]) => [name, bind(settings, work as WorkTool<unknown>, EXECUTING.has(name))])),
  };
}

function parseTurn(ctx: TurnContext, out: { content: string; toolCalls: { name: string; args: Record<string, unknown> }[] }): ParsedTurn {
  if (out.toolCalls.length) return { ok: true, calls: out.toolCalls, text: out.content };
  const text = readTextCalls(out.content, Object.keys(toolArgs));
  if (text.calls.length) return { ok: true, calls: text.calls, text: text.rest };
  return { ok: false, reason: text.broken ? 'The tool call could not be read: write it exactly in the form that was shown.' : `Call a tool${(ctx.input as CodingInput).protocol === 'text' ? ' in the form that was shown' : ''}; the work ends with finish.` };
}

function bind(settings: CodingSettings, work: WorkTool<unknown>, executes: boolean): Tool {
  return async (ctx, args): Promise<ToolResult> => {
    try {
      const opened = await openWork(settings, ctx);
      const ws = executes ? await reinstalled(opened, ctx.signal) : opened.ws;
      const result = await work({ ...opened, ws, ctx }, args);
      return { ...result, workspaceCommit: (result.state as CodingState | undefined)?.workspace?.commit ?? opened.commit };
    } catch (error) {
      if (error instanceof PathRefused) return refused(error.message);
      throw error;
    }
  };
}

async function todo({ state }: Work, { items }: { items: string }): Promise<ToolResult> {
  const list = items.split('\n').map((line) => line.trim()).filter(Boolean).slice(0, 30);
  return { content: 'Noted.', state: { ...state, todo: list.map((line) => ({ text: line.replace(/^(\[[ x]\]|[x*-])\s+/i, ''), done: /^(\[x\]|x)\s/i.test(line) })) } };
}
