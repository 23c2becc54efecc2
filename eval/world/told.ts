import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import type { ToolContext, TurnContext } from '#activities';
import { dungeonMaster } from '#agents/dungeon-master/activities/index';
import { type DungeonMasterResult, dungeonMasterContract as contract, MAX_RETELLINGS } from '#agents/dungeon-master/contract';
import { LOCAL_TENANT, worldBatchSchema, type WorldRef } from '#contracts';
import { createRuntime, type Runtime } from '#models';
import { loadStackConfig, type RuntimeKind } from '#platform';
import { chooseRuntime, ProcessSet, startChosenRuntime, TOOLS_DIR } from '#platform/stack';
import { changeWorld, insertWorld, loadWorld, type Pool, withTx } from '#store';
import { CAMPAIGN_RULES, checkTelling } from '#world';
import { mayContradict } from './broad-reader.js';
import { numbers, scriptedTurn, setting } from './campaign.js';

/** Room for the four sentences that are asked for: a base model does not stop by itself. */
const MOST_TOKENS = 160;

export type Given = { runtime?: string | undefined; url?: string | undefined; model?: string | undefined };
export type EvalRuntime = { runtime: Runtime; model: string; note: string; stop(): Promise<void> };

/** The runtime that is named or configured; else the one that the quick start would use. */
export async function startEvalRuntime(given: Given): Promise<EvalRuntime> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-world-model-'));
  const report = (line: string): void => console.error(`• ${line}`);
  const named = Object.fromEntries(Object.entries({ HOLDFAST_RUNTIME: given.runtime, HOLDFAST_RUNTIME_URL: given.url, HOLDFAST_MODEL: given.model }).filter(([, value]) => value !== undefined));
  const config = loadStackConfig({ ...process.env, ...named, HOLDFAST_DATA_DIR: folder });
  const set = await ProcessSet.open(folder, report);
  const stop = async (): Promise<void> => {
    await set.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const choice = await chooseRuntime({ toolsDir: TOOLS_DIR, report }, config);
    const settings: Record<string, string> = { ...choice.settings, ...(await startChosenRuntime(set, config, choice)) };
    const [kind, url, model] = [settings['HOLDFAST_RUNTIME'] ?? 'ollama', settings['HOLDFAST_RUNTIME_URL']!, settings['HOLDFAST_MODEL']!];
    return { runtime: createRuntime({ kind: kind as RuntimeKind, url, model, embedModel: settings['HOLDFAST_EMBED_MODEL'] ?? model }), model, note: choice.note, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type ToldCount = { turns: number; /** Turns whose telling contradicts the state, as the agent's checks read it and as a broader reading does. */ read: { off: number; on: number }; broad: { off: number; on: number }; calls: number; corrected: number };

/** Plays turns by script and has each told by the model: with checks off the first telling stands, with checks on what the agent ends with. */
export async function tellTurns(pool: Pool, { runtime, model }: EvalRuntime, turns: number, contextTokens: number): Promise<ToldCount> {
  const random = numbers(3);
  const pick = (n: number): number => Math.floor((random.next().value / 2 ** 32) * n);
  const ref: WorldRef = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
  await withTx(pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...ref, name: 'eval', rules: CAMPAIGN_RULES }));
  let { state } = await changeWorld(pool, ref, worldBatchSchema.parse({ changes: setting() }));
  const count: ToldCount = { turns, read: { off: 0, on: 0 }, broad: { off: 0, on: 0 }, calls: 0, corrected: 0 };
  for (let n = 1; n <= turns; n++) {
    const { actor, said } = scriptedTurn(state, pick);
    const told = await tellTurn(pool, ref, { actor, said }, { runtime, model, contextTokens });
    state = await loadWorld(pool, ref);
    for (const [arm, text] of [['off', told.first], ['on', told.last]] as const) {
      if (checkTelling({ state, actorId: actor, said, text }).length) count.read[arm]++;
      if (mayContradict(state, actor, said, text)) count.broad[arm]++;
    }
    count.calls += told.calls;
    if (told.corrected) count.corrected++;
    if (n % 5 === 0) console.error(`• ${n} of ${turns} turns told`);
  }
  return count;
}

type Teller = { runtime: Runtime; model: string; contextTokens: number };

/** One run of the agent, step by step as the workflow would take it. */
async function tellTurn(pool: Pool, ref: WorldRef, turn: { actor: string; said: string }, teller: Teller): Promise<{ first: string; last: string; calls: number; corrected: boolean }> {
  const input = contract.input.parse({ worldId: ref.worldId, ...turn });
  const search = () => Promise.reject(new Error('this agent searches nothing'));
  let ctx: TurnContext = { tenantId: ref.tenantId, runId: uuidv7(), step: 1, attempt: 1, input, state: dungeonMaster.initialState(input), corpusId: null, worldId: ref.worldId, rejection: null, deps: { pool, runtime: teller.runtime, search, contextTokens: teller.contextTokens } };
  let first: string | null = null;
  for (let calls = 1; ; calls++) {
    const plan = await dungeonMaster.prepareTurn(ctx);
    const out = await teller.runtime.chat({ model: teller.model, messages: [{ role: 'system', content: plan.system }, ...plan.turn], contextTokens: teller.contextTokens, sampling: { ...contract.sampling, ...plan.sampling, maxTokens: MOST_TOKENS, seed: calls }, ...(plan.format ? { format: plan.format } : {}) }, { signal: AbortSignal.timeout(300_000) });
    const parsed = dungeonMaster.parseTurn(ctx, out);
    if (parsed.ok) first ??= out.content.trim();
    const call = parsed.ok ? parsed.calls[0]! : null;
    const toolContext: ToolContext = { ...ctx, call: 0, idempotencyKey: `${ctx.runId}-${calls}`, signal: AbortSignal.timeout(60_000) };
    const result = call ? await dungeonMaster.tools[call.name]!(toolContext, call.args) : null;
    if (result?.finish) {
      const { telling, corrected } = result.finish.result as DungeonMasterResult;
      return { first: first ?? '', last: telling, calls, corrected };
    }
    if (!parsed.ok && ctx.attempt > MAX_RETELLINGS) return { first: first ?? '', last: '', calls, corrected: false };
    ctx = { ...ctx, attempt: ctx.attempt + 1, rejection: result?.reject?.reason ?? (parsed.ok ? null : parsed.reason) };
  }
}

