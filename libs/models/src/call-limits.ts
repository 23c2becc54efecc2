import type { TokenLimits } from './watch-tokens.js';

/** Tokens a second as they were measured, and the longest load in milliseconds. */
export type MeasuredSpeed = { promptPerSecond: number; outputPerSecond: number; loadMs: number };

const STALL_MS = 30_000;
/** How many times longer than measured a call may take: other calls may share the machine. */
const SLACK = 3;

/**
 * How long a call may go without a token: before the first, three times what its prompt takes at the measured speed,
 * and the time to load; after it 30 seconds, or what the longest answer takes where the runtime holds text back until
 * it knows whether it is a tool call. Without a measured speed only the second limit is set.
 */
export function limitsFor(call: { promptTokens: number; maxTokens: number; heldBack: boolean }, speed: MeasuredSpeed | null): TokenLimits {
  if (!speed || speed.promptPerSecond <= 0) return call.heldBack ? {} : { stallMs: STALL_MS };
  const reading = (SLACK * call.promptTokens * 1_000) / speed.promptPerSecond;
  const loading = Math.max(STALL_MS, SLACK * speed.loadMs);
  const writing = speed.outputPerSecond > 0 ? (SLACK * call.maxTokens * 1_000) / speed.outputPerSecond : STALL_MS;
  const held = call.heldBack ? writing : 0;
  return { firstTokenMs: Math.round(reading + loading + held), stallMs: Math.round(Math.max(STALL_MS, held)) };
}
