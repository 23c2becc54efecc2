import type { ChatMessage } from '#contracts';
import { estimateTokens } from '#models';

/** Role markers and separators that a chat template adds to each message. */
export const PER_MESSAGE = 8;

/** Estimated tokens of a message, before the model's own ratio. */
export const tokensOf = (m: ChatMessage): number => estimateTokens(m.content) + (m.toolCalls?.length ? estimateTokens(JSON.stringify(m.toolCalls)) : 0) + PER_MESSAGE;
