import type { ModelCall } from '#contracts';
import { getJson, insertMessages, lockRun, readCheckpoint, type StoredMessage, UNDONE_ORDINAL, withTx } from '#store';
import type { AgentImplementation, TurnContext } from '../agent.js';
import { tokensOf } from './context.js';
import type { RunDeps } from './deps.js';

/** Of the context, at most. */
const SHARE = 8;
const CHARS_PER_TOKEN = 3;

/**
 * After the ladder took a run back: what the steps that are undone had made, as a message of the step that follows,
 * marked as unverified and not applied. A restart that is offered it does better than a cold one, and a summary in
 * words would lead it the same way again (arXiv 2608.03222). Nothing where the agent keeps nothing of the kind.
 */
export async function offerUndone(deps: RunDeps, call: ModelCall, agent: AgentImplementation, context: TurnContext): Promise<StoredMessage[]> {
  const { steering } = call;
  if (!agent.undone || !steering || steering.holdout || (steering.rung !== 'rewind' && steering.rung !== 'escalate')) return [];
  const after: unknown = await withTx(deps.pool, call.tenantId, async (tx) => {
    const checkpoint = await readCheckpoint(tx, call, steering.step);
    return checkpoint ? getJson(tx, call.tenantId, checkpoint.stateHash) : null;
  });
  const made = after === null ? null : await agent.undone({ ...context, before: context.state, after });
  if (!made) return [];
  const most = Math.floor((deps.contextTokens / SHARE) * CHARS_PER_TOKEN);
  const content = `The steps up to ${steering.step} are undone, and what they had made is not there. Unverified and not applied, in case any of it is of use:\n${made.length > most ? `${made.slice(0, most)}\n… cut` : made}`;
  const message: StoredMessage = { step: call.step, ordinal: UNDONE_ORDINAL, message: { role: 'user', content }, tokens: 0 };
  const stored = { ...message, tokens: tokensOf(message.message) };
  await withTx(deps.pool, call.tenantId, async (tx) => {
    await lockRun(tx, call);
    // Of the step, whichever attempt it ends with.
    await insertMessages(tx, { ...call, attempt: 1 }, [stored]);
  });
  return [stored];
}
