import type { MetaAnswer, MetaCommand, WorldRef } from '#contracts';
import { answerMeta, type WorldState } from '#world';
import type { Pool } from '../pool.js';
import { withTx } from '../tx.js';
import { readWorldEvents } from './log.js';
import { loadWorld } from './states.js';
import { recentTurns } from './turns.js';

const RECAP_TURNS = 10;

/** Answers a player's command from the state and, for some, from what happened. No model is called. */
export async function answerCommand(pool: Pool, ref: WorldRef, command: MetaCommand, asked: { actor?: string | undefined; about?: string | undefined }): Promise<MetaAnswer> {
  const state = await loadWorld(pool, ref);
  const { turns, events } = await withTx(pool, ref.tenantId, async (tx) => ({
    turns: command === 'recap' ? await recentTurns(tx, ref, state.version, RECAP_TURNS) : [],
    events: command === 'why' && asked.about ? await readWorldEvents(tx, ref, { after: 0, upTo: state.version, about: asked.about }) : [],
  }));
  return { command, version: state.version, lines: answerMeta(command, { state, actorId: asked.actor ?? playerOf(state), about: asked.about ?? null, turns, events }) };
}

/** The first player's character; any where no one plays. */
export function playerOf(state: WorldState): string {
  const people = state.sorted().filter((e) => e.type === 'character');
  return (people.find((e) => e.attrs['player'] === true) ?? people[0])?.id ?? '';
}
