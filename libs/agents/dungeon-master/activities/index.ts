import type { AgentImplementation, ParsedTurn, TurnContext, TurnPlan } from '#activities';
import { type ContentPolicy, intentSchema } from '#contracts';
import { parseStructured } from '#models';
import { worldHead } from '#store';
import { parseIntent, plainTelling } from '#world';
import { z } from 'zod';
import { dungeonMasterContract, type DungeonMasterInput, type DungeonMasterState } from '../contract.js';
import * as turns from '../prompts/turns.js';
import { refOf, worldContext } from './context.js';
import { NO_POLICY, policyFor } from './content-policy.js';
import { playTurn, readPlayed } from './play.js';
import { takeBack } from './take-back.js';
import { act, tellUnder, turnOf } from './tools.js';

const INTENT_TEMPERATURE = 0;

/** What the player means is worked out by code where the words are plain, and asked of the model where they are not; either way code decides what comes of it. */
export function createDungeonMaster(policy: ContentPolicy = NO_POLICY): AgentImplementation {
  return {
    contract: dungeonMasterContract,
    initialState: () => ({ acted: false }) satisfies DungeonMasterState,
    async begin({ tx, tenantId, input }) {
      const { worldId } = input as DungeonMasterInput;
      return { worldId, worldVersion: (await worldHead(tx, { tenantId, worldId })).version };
    },
    restore: takeBack,
    prompts: Object.values(turns).map(String),
    prepareTurn: (ctx) => prepareTurn(ctx, policy),
    parseTurn,
    tools: { act, tell: tellUnder(policy) },
  };
}
export const dungeonMaster = createDungeonMaster();

async function prepareTurn(ctx: TurnContext, general: ContentPolicy): Promise<TurnPlan> {
  const input = ctx.input as DungeonMasterInput;
  const { pool, contextTokens } = ctx.deps;
  const turn = turnOf(ctx);
  const plain = parseIntent(input.said);
  // A plain turn is applied here: it is applied once by its id, and spares the player a call of the model.
  const played = (await readPlayed(pool, turn.ref, turn.turnId)) ?? (plain ? await playTurn(pool, turn, plain) : null);
  const context = await worldContext(pool, refOf(ctx), input, contextTokens, played?.state);
  const { instructions } = await policyFor(pool, turn.ref, general);
  const style = [input.style, instructions].filter(Boolean).join(' ');
  if (played) return { system: turns.SYSTEM, history: 'none', worldVersion: played.version, turn: [{ role: 'user', content: turns.tellingTurn(input.said, context, plainTelling(played.outcome), style, ctx.rejection) }] };
  return { system: turns.SYSTEM, history: 'none', turn: [{ role: 'user', content: turns.intentTurn(input.said, context, ctx.rejection) }], format: z.toJSONSchema(intentSchema), sampling: { temperature: INTENT_TEMPERATURE } };
}

function parseTurn(ctx: TurnContext, out: { content: string }): ParsedTurn {
  const input = ctx.input as DungeonMasterInput;
  const acted = (ctx.state as DungeonMasterState).acted || parseIntent(input.said) !== null;
  if (acted) {
    const text = out.content.trim();
    return text ? { ok: true, text: '', calls: [{ name: 'tell', args: { text: text.slice(0, 20_000) } }] } : { ok: false, reason: 'Nothing was told.' };
  }
  const intent = parseStructured(intentSchema, out.content);
  if (!intent.ok) return intent;
  return { ok: true, text: '', calls: [{ name: 'act', args: intent.value }] };
}
