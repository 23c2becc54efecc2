import { type ChatMessage, HoldfastError, type Sampling } from '#contracts';
import { estimateTokens } from '#models';
import type { StoredMessage } from '#store';
import type { TurnPlan } from '../agent.js';

/** Tokens kept free for the model's turn where the sampling names no maximum. */
export const DEFAULT_OUTPUT_TOKENS = 1_024;
/** Role markers and separators that a chat template adds to each message. */
const PER_MESSAGE = 8;

export const tokensOf = (m: ChatMessage): number => estimateTokens(m.content) + (m.toolCalls?.length ? estimateTokens(JSON.stringify(m.toolCalls)) : 0) + PER_MESSAGE;

/**
 * How many tokens of history fit between the system prompt and the turn.
 * @throws HoldfastError `context_too_small` where not even those two fit.
 */
export function historyBudget(contextTokens: number, sampling: Sampling, plan: TurnPlan, extra: ChatMessage[]): number {
  const fixed = estimateTokens(plan.system) + PER_MESSAGE + [...plan.turn, ...extra].reduce((sum, m) => sum + tokensOf(m), 0) + (plan.tools ? estimateTokens(JSON.stringify(plan.tools)) : 0);
  const budget = contextTokens - (sampling.maxTokens ?? DEFAULT_OUTPUT_TOKENS) - fixed;
  if (budget < 0) throw new HoldfastError('context_too_small', `The prompt needs ${contextTokens - budget} tokens and the context has ${contextTokens}. Raise HOLDFAST_CONTEXT_TOKENS or give the run less to read at once.`);
  return budget;
}

/** The messages that go to the runtime, in order. A note stands where older steps did not fit. */
export function assemble(plan: TurnPlan, history: { messages: StoredMessage[]; omitted: boolean }, extra: ChatMessage[]): ChatMessage[] {
  const note: ChatMessage[] = history.omitted ? [{ role: 'user', content: 'Earlier steps are not shown here.' }] : [];
  return [{ role: 'system', content: plan.system }, ...note, ...history.messages.map((m) => m.message), ...extra, ...plan.turn];
}
