import { dirname, join } from 'node:path';
import type { AgentImplementation, ToolContext, ToolResult, TurnContext } from '#activities';
import { TOOLS_DIR } from '#platform/stack';
import { createSandbox, findExecutables, type Sandbox, Workspaces } from '#workspace';
import { createCodingAgent } from '../activities/index.js';
import type { PackStore } from '../activities/packs.js';
import { codingContract, type CodingState } from '../contract.js';

const node = dirname(dirname(process.execPath));

/** The agent as a worker has it, over a folder of the spec's own: repositories lie in it, workspaces below it. */
export function agentIn(folder: string, more: { setupHosts?: readonly string[]; /** No command gets longer. */ timeMs?: number } = {}): AgentImplementation {
  const whole = createSandbox({ executables: findExecutables(TOOLS_DIR), readOnly: [node], path: [join(node, 'bin')] });
  const { timeMs } = more;
  const sandbox: Sandbox = timeMs === undefined ? whole : { run: (command) => whole.run({ ...command, limits: { ...command.limits, timeMs } }) };
  return createCodingAgent({ workspaces: new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] }), sandbox, setupHosts: more.setupHosts ?? [], packs: heldPacks() });
}

function heldPacks(): PackStore {
  const held = new Map<string, Parameters<PackStore['put']>[1]>();
  return { put: async (_run, pack) => void held.set(pack.commit, pack), get: async (_tenant, commit) => held.get(commit) ?? null };
}

/** A run by itself: keeps the state that its calls give. No server takes part, and nobody is asked. */
export function playRun(agent: AgentImplementation, id: string, input: Record<string, unknown>, given?: CodingState) {
  const full = codingContract.input.parse(input);
  let state = given ?? (agent.initialState(full) as CodingState);
  let step = 0;
  const turn = (attempt = 1): TurnContext => ({ tenantId: 't', runId: id, step: step + 1, attempt, input: full, state, corpusId: null, worldId: null, rejection: null, deps: { contextTokens: 16_000 } as never });
  const context = (): ToolContext => ({ ...turn(), call: 0, idempotencyKey: `${step}`, signal: new AbortController().signal });
  const parse = (name: string, args: Record<string, unknown>): unknown => codingContract.tools.find((t) => t.name === name)!.parameters.parse(args);
  return {
    turn,
    state: (): CodingState => state,
    /** What a person would be asked of a call, null where nobody is. */
    asks: async (name: string, args: Record<string, unknown> = {}) => (agent.asks?.[name] ? agent.asks[name](context(), parse(name, args)) : { detail: null }),
    async call(name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
      const ctx = context();
      step++;
      const result = await agent.tools[name]!(ctx, parse(name, args));
      if (result.state) state = codingContract.state.parse(result.state) as CodingState;
      return result;
    },
  };
}
