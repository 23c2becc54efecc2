import type { ChatMessage, ModelCall, Sampling } from '#contracts';
import { estimateTokens } from '#models';
import { getJson, insertMessages, lockRun, type RatioKey, readCheckpoint, type StoredMessage, UNDONE_ORDINAL, withTx } from '#store';
import type { AgentImplementation, TurnContext, TurnPlan } from '../agent.js';
import { roomFor, tokensOf } from './context.js';
import type { RunDeps } from './deps.js';

/** Of the room that the turn leaves for the past, at most. */
const SHARE = 0.4;
/** A part of it that is shorter says nothing. */
const LEAST_CHARS = 200;

export type Offer = { agent: AgentImplementation; context: TurnContext; measure: RatioKey; plan: TurnPlan; sampling: Sampling; /** What else the turn says. */ extra: ChatMessage[] };

/**
 * After the ladder took a run back: what the steps that are undone had made, as a message of the step that follows,
 * marked as unverified and not applied. A restart that is offered it does better than a cold one, and a summary in
 * words would lead it the same way again (arXiv 2608.03222). Nothing where the agent keeps nothing of the kind.
 */
export async function offerUndone(deps: RunDeps, call: ModelCall, { agent, context, ...ask }: Offer): Promise<StoredMessage[]> {
  const { steering } = call;
  if (!agent.undone || !steering || steering.holdout || (steering.rung !== 'rewind' && steering.rung !== 'escalate')) return [];
  const after: unknown = await withTx(deps.pool, call.tenantId, async (tx) => {
    const checkpoint = await readCheckpoint(tx, call, steering.step);
    return checkpoint ? getJson(tx, call.tenantId, checkpoint.stateHash) : null;
  });
  const made = after === null ? null : await agent.undone({ ...context, before: context.state, after });
  if (!made) return [];
  const content = fitted(`The steps up to ${steering.step} are undone, and what they had made is not there. Unverified and not applied, in case any of it is of use:\n`, made, (await roomFor(deps, ask)) * SHARE);
  if (content === null) return [];
  const message: StoredMessage = { step: call.step, ordinal: UNDONE_ORDINAL, message: { role: 'user', content }, tokens: 0 };
  const stored = { ...message, tokens: tokensOf(message.message) };
  await withTx(deps.pool, call.tenantId, async (tx) => {
    await lockRun(tx, call);
    // Of the step, whichever attempt it ends with.
    await insertMessages(tx, { ...call, attempt: 1 }, [stored]);
  });
  return [stored];
}

/** As much as fits into so many tokens; null where that is next to nothing. */
function fitted(note: string, text: string, most: number): string | null {
  const whole = `${note}${text}`;
  const tokens = estimateTokens(whole);
  if (tokens <= most) return whole;
  let length = Math.floor((text.length * most) / tokens);
  const cut = (): string => `${note}${text.slice(0, length)}\n… cut`;
  while (length > LEAST_CHARS && estimateTokens(cut()) > most) length = Math.floor(length * 0.8);
  return length > LEAST_CHARS ? cut() : null;
}
