import { v7 as uuidv7 } from 'uuid';
import type { ToolContext, TurnContext } from '#activities';
import { dungeonMaster } from '#agents/dungeon-master/activities/index';
import { playTurn } from '#agents/dungeon-master/activities/play';
import { type DungeonMasterResult, dungeonMasterContract as contract, MAX_RETELLINGS } from '#agents/dungeon-master/contract';
import { LOCAL_TENANT, worldBatchSchema, type WorldRef } from '#contracts';
import type { Runtime } from '#models';
import { changeWorld, insertWorld, loadWorld, type Pool, setTelling, withTx } from '#store';
import { CAMPAIGN_RULES, checkTelling, parseIntent } from '#world';
import type { KeptAnswers } from '../model/kept.js';
import { mayContradict } from './broad-reader.js';
import { numbers, scriptedTurn, setting } from './campaign.js';

/** Room for the four sentences that are asked for: a base model does not stop by itself. */
const MOST_TOKENS = 160;
const CALL_MS = 900_000;

export type ToldCount = { turns: number; /** Turns whose telling contradicts the state, as the agent's checks read it and as a broader reading does. */ read: { off: number; on: number }; broad: { off: number; on: number }; calls: number; corrected: number };

/** A turn and what was told of it: its dice hang on its id. */
export type ToldTurn = { turnId: string; first: string; last: string; calls: number; corrected: boolean };

/** Plays turns by script and has each told by the model: with checks off the first telling stands, with checks on what the agent ends with. */
export async function tellTurns(pool: Pool, teller: Teller, turns: number, kept: KeptAnswers<ToldTurn>): Promise<ToldCount> {
  const random = numbers(3);
  const pick = (n: number): number => Math.floor((random.next().value / 2 ** 32) * n);
  const ref: WorldRef = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
  await withTx(pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...ref, name: 'eval', rules: CAMPAIGN_RULES }));
  let { state } = await changeWorld(pool, ref, worldBatchSchema.parse({ changes: setting() }));
  const count: ToldCount = { turns, read: { off: 0, on: 0 }, broad: { off: 0, on: 0 }, calls: 0, corrected: 0 };
  for (let n = 1; n <= turns; n++) {
    const { actor, said } = scriptedTurn(state, pick);
    const told = await kept.once(`turn ${n}`, () => tellTurn(pool, ref, { actor, said }, teller));
    // Does nothing to a turn that was played just now; plays one that was told before a restart.
    await playTurn(pool, { ref, turnId: told.turnId, actor, said }, parseIntent(said)!);
    await withTx(pool, LOCAL_TENANT, (tx) => setTelling(tx, ref, told.turnId, told.last));
    state = await loadWorld(pool, ref);
    for (const [arm, text] of [['off', told.first], ['on', told.last]] as const) {
      if (checkTelling({ state, actorId: actor, said, text }).length) count.read[arm]++;
      if (mayContradict(state, actor, said, text)) count.broad[arm]++;
    }
    count.calls += told.calls;
    if (told.corrected) count.corrected++;
    if (n % 5 === 0) console.error(`• ${n} of ${turns} turns told; contradictions so far, checks off and on: ${count.read.off}, ${count.read.on} as the checks read, ${count.broad.off}, ${count.broad.on} read broadly`);
  }
  return count;
}

export type Teller = { runtime: Runtime; model: string; contextTokens: number };

/** One run of the agent, step by step as the workflow would take it. */
async function tellTurn(pool: Pool, ref: WorldRef, turn: { actor: string; said: string }, teller: Teller): Promise<ToldTurn> {
  const turnId = uuidv7();
  const input = contract.input.parse({ worldId: ref.worldId, ...turn, turnId });
  const search = () => Promise.reject(new Error('this agent searches nothing'));
  let ctx: TurnContext = { tenantId: ref.tenantId, runId: uuidv7(), step: 1, attempt: 1, input, state: dungeonMaster.initialState(input), corpusId: null, worldId: ref.worldId, rejection: null, deps: { pool, runtime: teller.runtime, search, contextTokens: teller.contextTokens } };
  let first: string | null = null;
  for (let calls = 1; ; calls++) {
    const plan = await dungeonMaster.prepareTurn(ctx);
    const out = await teller.runtime.chat({ model: teller.model, messages: [{ role: 'system', content: plan.system }, ...plan.turn], contextTokens: teller.contextTokens, sampling: { ...contract.sampling, ...plan.sampling, maxTokens: MOST_TOKENS, seed: calls }, ...(plan.format ? { format: plan.format } : {}) }, { signal: AbortSignal.timeout(CALL_MS) });
    const parsed = dungeonMaster.parseTurn(ctx, out);
    if (parsed.ok) first ??= out.content.trim();
    const call = parsed.ok ? parsed.calls[0]! : null;
    const toolContext: ToolContext = { ...ctx, call: 0, idempotencyKey: `${ctx.runId}-${calls}`, signal: AbortSignal.timeout(60_000) };
    const result = call ? await dungeonMaster.tools[call.name]!(toolContext, call.args) : null;
    if (result?.finish) {
      const { telling, corrected } = result.finish.result as DungeonMasterResult;
      return { turnId, first: first ?? '', last: telling, calls, corrected };
    }
    if (!parsed.ok && ctx.attempt > MAX_RETELLINGS) return { turnId, first: first ?? '', last: '', calls, corrected: false };
    ctx = { ...ctx, attempt: ctx.attempt + 1, rejection: result?.reject?.reason ?? (parsed.ok ? null : parsed.reason) };
  }
}

