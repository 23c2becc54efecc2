import type { Tool, TurnContext } from '#activities';
import { type ContentPolicy, intentSchema } from '#contracts';
import { setTelling, withTx } from '#store';
import { checkTelling, correctTelling, leaveOut, plainTelling, refusalOf } from '#world';
import { type DungeonMasterInput, type DungeonMasterResult, type DungeonMasterState, MAX_RETELLINGS, MAX_TELLING, tellArgsSchema } from '../contract.js';
import { policyFor } from './content-policy.js';
import { refOf } from './context.js';
import { playTurn, readPlayed, type TurnOf } from './play.js';

/** The turn that a run plays: its own id where the client gave none. */
export function turnOf(ctx: TurnContext): TurnOf {
  const input = ctx.input as DungeonMasterInput;
  return { ref: refOf(ctx), turnId: (ctx.state as DungeonMasterState).turnId ?? input.turnId ?? ctx.runId, actor: input.actor, said: input.said };
}

export const act: Tool = async (ctx, args) => {
  const turn = turnOf(ctx);
  const { outcome, version } = await playTurn(ctx.deps.pool, turn, intentSchema.parse(args));
  return { content: plainTelling(outcome), state: { acted: true, turnId: turn.turnId } satisfies DungeonMasterState, worldVersion: version };
};

/** Takes a telling that agrees with the state; refuses one that does not, twice at most, and then corrects it. */
export const tellUnder = (general: ContentPolicy): Tool => async (ctx, args) => {
  const { text } = tellArgsSchema.parse(args);
  const { actor, said } = ctx.input as DungeonMasterInput;
  const turn = turnOf(ctx);
  const played = await readPlayed(ctx.deps.pool, turn.ref, turn.turnId);
  if (!played) return { content: 'Nothing has been done yet.', error: 'agent', reject: { code: 'output_invalid', reason: 'Nothing has been done yet.' } };
  const { never } = await policyFor(ctx.deps.pool, turn.ref, general);
  const told = text.slice(0, MAX_TELLING);
  const problems = checkTelling({ state: played.state, actorId: actor, said, text: told, never });
  if (problems.length && ctx.attempt <= MAX_RETELLINGS) {
    const reason = refusalOf(problems);
    return { content: reason, error: 'agent', reject: { code: 'output_invalid', reason } };
  }
  const telling = problems.length ? leaveOut(never, correctTelling(told, problems, played.outcome)) : told;
  await withTx(ctx.deps.pool, ctx.tenantId, (tx) => setTelling(tx, turn.ref, turn.turnId, telling));
  const { ok, code, summary, rolls } = played.outcome;
  const result: DungeonMasterResult = { turnId: turn.turnId, version: played.version, ok, code, summary, rolls, telling, corrected: problems.length > 0 };
  return { content: 'Told.', worldVersion: played.version, finish: { result, artifact: { kind: 'telling', title: 'Turn', content: result, evidence: [], verified: true } } };
};
