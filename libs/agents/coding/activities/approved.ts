import type { ToolResult } from '#activities';
import type { z } from 'zod';
import { GitError, insidePath } from '#workspace';
import type { toolArgs } from '../contract.js';
import { refused, type Work } from './setting.js';
import { ended } from './testing.js';

type Args<T extends keyof typeof toolArgs> = z.output<(typeof toolArgs)[T]>;

/** These run only once a person has approved the call: what it says is what is done. */
export async function askToChange({ state }: Work, { path }: Args<'ask_to_change'>): Promise<ToolResult> {
  const clean = insidePath(path);
  return { content: `${clean} may be changed.`, state: { ...state, allowed: [...new Set([...state.allowed, clean])] } };
}

export async function proposePlan({ state }: Work, { plan }: Args<'propose_plan'>): Promise<ToolResult> {
  return { content: `The plan was approved. It says now:\n${plan}`, state: { ...state, plan } };
}

/** Installs with network, once, on the tree as it was given: nothing that the agent wrote is run with it. */
export async function setup(work: Work, args: Args<'setup'>): Promise<ToolResult> {
  const { settings, ws, commit, input, state, ctx } = work;
  const command = args.command || input.setup;
  if (state.setup) return refused('The setup was done: it is run once.');
  if (!command) return refused('No setup command was given: name one.');
  if (settings.setupHosts.length === 0) return refused('No host is configured that a setup may reach, so there is none here.');
  if (commit !== ws.base) return refused('Files were changed already: a setup runs only before that.');
  const { result, products, refusedHosts } = await settings.workspaces.setUp(ws, { sandbox: settings.sandbox, hosts: settings.setupHosts, command, signal: ctx.signal });
  ctx.signal.throwIfAborted();
  const how = result.ended === 'exit' ? `exit code ${result.exitCode}` : ended(result.ended);
  const refusals = refusedHosts.length ? `\nThese hosts are not configured and were not reached: ${refusedHosts.join(', ')}.` : '';
  if (result.exitCode !== 0) return refused(`${how}; what it made was removed.${refusals}\n${result.output}`);
  return { content: `${how}. The sandbox has no network from here on. ${products.length ? `To be read, not written: ${products.slice(0, 20).join(', ')}.` : 'It left no files in the repository’s folder.'}${refusals}\n${result.output}`, state: { ...state, setup: { command } } };
}

export async function publish({ settings, ws, commit, input }: Work, { branch }: Args<'publish'>): Promise<ToolResult> {
  if (commit === ws.base) return refused('Nothing was changed yet.');
  const name = branch || `holdfast/${ws.id}`;
  try {
    await settings.workspaces.push(ws, commit, input.repo, name);
  } catch (error) {
    if (error instanceof GitError) return refused(`The branch ${name} could not be made: it is there with other commits, or the repository refuses it.`);
    throw error;
  }
  return { content: `The work is in the repository as branch ${name}.` };
}
