import type { AgentImplementation, Question, ToolContext } from '#activities';
import { changedFiles, diff } from '#workspace';
import type { CodingInput, CodingState, toolArgs } from '../contract.js';
import type { z } from 'zod';
import { dangersOf } from './dangerous.js';
import { isFlagged } from './flags.js';
import { type CodingSettings, openWork } from './setting.js';

type Args<T extends keyof typeof toolArgs> = z.output<(typeof toolArgs)[T]>;

/** Of a patch that a person is shown; the whole is the branch. */
const SHOWN_PATCH = 200_000;

/** Which calls a person approves first, and what they are shown. */
export function questions(settings: CodingSettings): NonNullable<AgentImplementation['asks']> {
  return {
    run: async (ctx, args) => ofCommand(ctx, (args as Args<'run'>).command),
    test: async (ctx, args) => {
      const { command } = args as Args<'test'>;
      return command === undefined || command === (ctx.input as CodingInput).testCommand ? null : ofCommand(ctx, command);
    },
    setup: async (ctx, args) => ((ctx.state as CodingState).setup ? null : { detail: { why: ['runs with access to the network'], hosts: settings.setupHosts, command: (args as Args<'setup'>).command || (ctx.input as CodingInput).setup || '' } }),
    publish: (ctx) => ofBranch(settings, ctx),
  };
}

function ofCommand(ctx: ToolContext, command: string): Question | null {
  const why = dangersOf(command);
  return why.length || (ctx.input as CodingInput).gates?.commands === 'all' ? { detail: { why } } : null;
}

/** What the branch would hold, so that it is this that is approved and no other work. */
async function ofBranch(settings: CodingSettings, ctx: ToolContext): Promise<Question | null> {
  const { ws, commit, state } = await openWork(settings, ctx);
  // Refused by the tool itself: there is nothing to decide.
  if (commit === ws.base) return null;
  const [files, patch] = await Promise.all([changedFiles(ws.place, ws.base, commit), diff(ws.place, ws.base, commit)]);
  const tested = state.last && { command: state.last.command, exitCode: state.last.exitCode, passed: state.last.passed, failed: state.last.failed, ofThisCommit: state.last.commit === commit };
  return { detail: { base: ws.base, commit, files, flagged: files.filter((f) => isFlagged(f.path)).map((f) => f.path), tests: tested, patch: patch.length > SHOWN_PATCH ? `${patch.slice(0, SHOWN_PATCH)}\n… cut` : patch } };
}
