import type { ToolContext, ToolResult } from '#activities';
import type { Sandbox, Workspace, Workspaces } from '#workspace';
import type { CodingInput, CodingState } from '../contract.js';

/** What the agent works with on this machine. */
export type CodingSettings = { workspaces: Workspaces; sandbox: Sandbox };

/** One tool call at work: the tree is what the state says when it begins. */
export type Work = {
  settings: CodingSettings;
  ctx: ToolContext;
  input: CodingInput;
  state: CodingState;
  ws: Workspace;
  /** The commit that the step began with. */
  commit: string;
};

export type WorkTool<A> = (work: Work, args: A) => Promise<ToolResult>;

/** Opens the run's workspace, or for a fork its own copy of the other run's, with the tree as the state has it. */
export async function openWork(settings: CodingSettings, ctx: Pick<ToolContext, 'runId' | 'input' | 'state'>): Promise<Omit<Work, 'ctx'>> {
  const input = ctx.input as CodingInput;
  const held = ctx.state as CodingState;
  const from = held.workspace && held.workspace.id !== ctx.runId ? held.workspace.id : null;
  const ws = await settings.workspaces.open(ctx.runId, { repo: input.repo, base: input.base, includeUncommitted: input.includeUncommitted }, { from });
  const commit = held.workspace?.commit ?? ws.base;
  await settings.workspaces.ensure(ws, commit);
  const state: CodingState = { ...held, workspace: { id: ctx.runId, base: ws.base, commit, notes: ws.notes } };
  return { settings, input, state, ws, commit };
}

/** Ends a call that may have changed the tree: a new commit where it did. */
export async function keepChanges(work: Work, state: CodingState): Promise<CodingState> {
  const { ctx, ws, commit, settings } = work;
  const next = await settings.workspaces.endChange(ws, commit, `${ctx.step}-${ctx.attempt}-${ctx.call}`);
  return { ...state, workspace: { ...state.workspace!, commit: next }, changesUntested: state.changesUntested + (next === commit ? 0 : 1) };
}

export const refused = (content: string): ToolResult => ({ content, error: 'agent' });
