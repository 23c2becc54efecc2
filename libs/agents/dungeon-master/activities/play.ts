import { diceOf } from '#activities';
import { type Intent, type OutcomeView, outcomeViewSchema, type WorldRef, type WorldTurn } from '#contracts';
import { changeWorldIn, type Pool, readTurnBefore, readWorldEvents, readWorldTurn, rememberState, stateAt, type Tx, withTx, worldHead } from '#store';
import { named, resolveTurn, whyAsked, whyTold, type WorldState } from '#world';

export type TurnOf = { ref: WorldRef; turnId: string; actor: string; said: string };
export type Played = { outcome: OutcomeView; version: number; state: WorldState };

/**
 * Works a turn out and applies it in one transaction, under the world's lock: turns of two players queue there, and
 * each is worked out against what the one before it left. A turn that was applied before is given back as it was.
 */
export async function playTurn(pool: Pool, turn: TurnOf, intent: Intent): Promise<Played> {
  const played = await withTx(pool, turn.ref.tenantId, async (tx) => {
    const head = await worldHead(tx, turn.ref, { lock: true });
    const before = await readWorldTurn(tx, turn.ref, turn.turnId);
    if (before) return playedBefore(tx, turn.ref, before);
    const state = await stateAt(tx, turn.ref, head.version);
    const { changes, ...resolved } = resolveTurn({ rules: head.rules, state, actorId: turn.actor, turnId: turn.turnId, intent, dice: diceOf(turn.turnId) });
    const outcome = { ...resolved, ...(await reasonAsked(tx, turn, state)) };
    const dead = state.get(turn.actor)?.attrs['alive'] === false;
    const batch = { turnId: turn.turnId, ...(dead ? {} : { actor: turn.actor }), changes };
    const changed = await changeWorldIn(tx, turn.ref, batch, { words: { said: turn.said, outcome } });
    return { outcome, version: changed.version, state: changed.state };
  });
  rememberState(turn.ref, played.state);
  return played;
}

/** Why somebody who is here feels as they do: answered by the events that made it so. */
async function reasonAsked(tx: Tx, { ref, actor, said }: TurnOf, state: WorldState): Promise<Pick<OutcomeView, 'code' | 'summary'> | null> {
  const asked = whyAsked(said);
  const who = asked === null ? null : named(asked, [...state].filter((e) => e.type === 'character'));
  if (!who) return null;
  const events = await readWorldEvents(tx, ref, { after: 0, upTo: state.version, about: who.id });
  return { code: 'why', summary: whyTold(state, who, actor, events) };
}

/** A turn as it was applied, or null. */
export function readPlayed(pool: Pool, ref: WorldRef, turnId: string): Promise<Played | null> {
  return withTx(pool, ref.tenantId, async (tx) => {
    const turn = await readTurnBefore(tx, ref, turnId, (await worldHead(tx, ref)).version);
    return turn && playedBefore(tx, ref, turn);
  });
}

async function playedBefore(tx: Tx, ref: WorldRef, turn: WorldTurn): Promise<Played> {
  return { outcome: outcomeViewSchema.parse(turn.outcome), version: turn.lastVersion, state: await stateAt(tx, ref, turn.lastVersion) };
}
