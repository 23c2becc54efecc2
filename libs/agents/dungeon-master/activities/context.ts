import type { TurnContext } from '#activities';
import { HoldfastError, type WorldRef } from '#contracts';
import { estimateTokens } from '#models';
import { loadWorld, type Pool, recentTurns, searchTurns, withTx } from '#store';
import { contextFor, type WorldState, words } from '#world';
import type { DungeonMasterInput } from '../contract.js';

const RECENT = 12;
const FOUND = 12;
/** Of the context: the rest is for the instruction, the telling, and what our count of tokens is short of. */
const SHARE = 0.6;

/** The run's own world where it is a fork. */
export const refOf = (ctx: Pick<TurnContext, 'tenantId' | 'input' | 'worldId'>): WorldRef => ({ tenantId: ctx.tenantId, worldId: ctx.worldId ?? (ctx.input as DungeonMasterInput).worldId });

/** What the model is given of the world: from the state it has after the turn, where one is given. */
export async function worldContext(pool: Pool, ref: WorldRef, input: Pick<DungeonMasterInput, 'actor' | 'said'>, contextTokens: number, after?: WorldState): Promise<string> {
  const state = after ?? (await loadWorld(pool, ref));
  if (!state.get(input.actor)) throw new HoldfastError('not_found', 'The world has no such character.');
  const recalled = await withTx(pool, ref.tenantId, async (tx) => ({
    recent: await recentTurns(tx, ref, state.version, RECENT),
    found: await searchTurns(tx, ref, state.version, words(input.said).filter((w) => w.length > 2), FOUND),
  }));
  return contextFor(state, input.actor, input.said, recalled, { tokens: Math.floor(contextTokens * SHARE), estimate: estimateTokens });
}
