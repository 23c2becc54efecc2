import type { ChatMessage } from '#contracts';
import { messageTokens } from '#models';

/** Role markers and separators that a chat template adds to each message. */
export const PER_MESSAGE = 8;

/** Estimated tokens of a message, before the model's own ratio. */
export const tokensOf = (m: ChatMessage): number => messageTokens(m) + PER_MESSAGE;
