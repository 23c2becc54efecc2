import type { ToolResult } from '#activities';
import type { z } from 'zod';
import { GitError, insidePath } from '#workspace';
import type { toolArgs } from '../contract.js';
import { refused, type Work } from './setting.js';

type Args<T extends keyof typeof toolArgs> = z.output<(typeof toolArgs)[T]>;

/** These run only once a person has approved the call: what it says is what is done. */
export async function askToChange({ state }: Work, { path }: Args<'ask_to_change'>): Promise<ToolResult> {
  const clean = insidePath(path);
  return { content: `${clean} may be changed.`, state: { ...state, allowed: [...new Set([...state.allowed, clean])] } };
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
