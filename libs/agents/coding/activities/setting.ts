import type { ToolContext, ToolResult } from '#activities';
import type { ToldSignal } from '#contracts';
import { linesBetween, parentOf, type Sandbox, treeOf, type Workspace, type Workspaces } from '#workspace';
import type { CodingInput, CodingState } from '../contract.js';
import { fetchCommit, keepPack, packsIn, type PackStore } from './packs.js';
import { signalsOf, TRAIL } from './signals.js';

/** What the agent works with on this machine. */
export type CodingSettings = {
  workspaces: Workspaces;
  sandbox: Sandbox;
  /** Hosts (`name` or `name:port`) that the setup step may reach; empty: there is none. */
  setupHosts: readonly string[];
  /** Where commits are kept outside this host; the database where not given. */
  packs?: PackStore;
};

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
export async function openWork(settings: CodingSettings, ctx: Pick<ToolContext, 'tenantId' | 'runId' | 'input' | 'state' | 'deps'>): Promise<Omit<Work, 'ctx'>> {
  const input = ctx.input as CodingInput;
  const held = ctx.state as CodingState;
  const from = held.workspace && held.workspace.id !== ctx.runId ? held.workspace.id : null;
  const opened = await settings.workspaces.open(ctx.runId, { repo: input.repo, base: input.base, includeUncommitted: input.includeUncommitted }, { from });
  // Where the workspace was built again, the repository may have moved on.
  const ws = { ...opened, base: held.workspace?.base ?? opened.base };
  const commit = held.workspace?.commit ?? ws.base;
  for (const needed of [ws.base, commit]) await fetchCommit(packsOf(settings, ctx), ctx.tenantId, ws, needed);
  await settings.workspaces.ensure(ws, commit);
  // States of earlier versions lack what came later.
  const state: CodingState = { ...held, plan: held.plan ?? null, setup: held.setup ?? null, trail: held.trail ?? [], workspace: { id: ctx.runId, base: ws.base, commit, notes: ws.notes } };
  return { settings, input, state, ws, commit };
}

/** Where the workspace was built again, what a person let be installed is installed again. */
export async function reinstalled({ settings, ws, commit, state }: Omit<Work, 'ctx'>, signal: AbortSignal): Promise<Workspace> {
  if (!state.setup || (await settings.workspaces.isSetUp(ws))) return ws;
  const { products } = await settings.workspaces.setUp(ws, { sandbox: settings.sandbox, hosts: settings.setupHosts, command: state.setup.command, signal });
  await settings.workspaces.ensure(ws, commit);
  return { ...ws, products };
}

const packsOf = ({ packs }: CodingSettings, { deps }: Pick<ToolContext, 'deps'>): PackStore => packs ?? packsIn(deps.pool);

/** Whether files may be changed as far as the plan goes. */
export const planIsThere = (input: CodingInput, state: CodingState): boolean => !input.gates?.plan || state.plan !== null;

/** Ends a call that may have changed the tree: a new commit where it did, and what that says of the agent's way. */
export async function keepChanges(work: Work, state: CodingState): Promise<{ state: CodingState; signals: ToldSignal[] }> {
  const { ctx, ws, commit, settings } = work;
  const next = await settings.workspaces.endChange(ws, commit, `${ctx.step}-${ctx.attempt}-${ctx.call}`);
  if (next === commit) return { state, signals: [] };
  const packs = packsOf(settings, ctx);
  // Uncommitted changes of the checkout are a commit that no other copy of the repository has.
  if (commit === ws.base && work.input.includeUncommitted) await keepPack(packs, ctx, ws, ws.base, await parentOf(ws.place, ws.base));
  await keepPack(packs, ctx, ws, next, commit);
  const [tree, lines] = await Promise.all([treeOf(ws.place, next), linesBetween(ws.place, ws.base, next)]);
  const trail = state.trail.length ? state.trail : [{ step: ctx.step - 1, tree: await treeOf(ws.place, commit), lines: await linesBetween(ws.place, ws.base, commit) }];
  const changed = { ...state, workspace: { ...state.workspace!, commit: next }, changesUntested: state.changesUntested + 1, trail: [...trail, { step: ctx.step, tree, lines }].slice(-TRAIL) };
  return { state: changed, signals: signalsOf(changed) };
}

export const refused = (content: string): ToolResult => ({ content, error: 'agent' });
