import { HoldfastError, type ChatRequest } from '#contracts';
import { leastMessageTokens, messageTokens } from './tokens.js';

/** Below this the template's share blurs the comparison. */
const SMALLEST_PROMPT = 48;
/** Share of the least possible count below which the prompt was certainly not seen whole. */
const TOLERANCE = 0.9;
/** Contexts are multiples of it, and prompts hardly ever are: a count that is one, and low, was cut there. */
const ROUND = 1_024;
/** Estimates are above the count by less than this. */
const OVERESTIMATE = 1.25;

/**
 * Throws `context_truncated` where the runtime read fewer tokens than the messages can possibly take: it cut the
 * prompt, or its template leaves messages out (a tool result in a role it does not know), which looks like an agent
 * that has lost its mind. A count of 0 means that the runtime does not tell.
 */
export function assertPromptWhole(request: ChatRequest, promptTokens: number): void {
  if (promptTokens <= 0) return;
  const least = request.messages.reduce((sum, message) => sum + leastMessageTokens(message), 0);
  const filled = promptTokens % ROUND === 0 && request.messages.reduce((sum, message) => sum + messageTokens(message), 0) > promptTokens * OVERESTIMATE;
  if (!filled && (least < SMALLEST_PROMPT || promptTokens >= least * TOLERANCE)) return;
  throw new HoldfastError(
    'context_truncated',
    `The runtime read ${promptTokens} tokens of a prompt of at least ${least}: it cut the prompt, or the model's template leaves messages out.`,
  );
}
