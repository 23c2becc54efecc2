import type { StepDigest, ToolKind } from '#contracts';
import { digestCall, digestTurn } from './digest/digest.js';
import { callLikeness, textLikeness } from './likeness.js';

/** A turn before its calls are made. */
export type CandidateTurn = { text: string; thinking: string; calls: { tool: string; kind: ToolKind; args: unknown }[]; broken: boolean };

/**
 * How much a turn looks like more of the same, in [0,1]: the nearest that its words or one of its calls come to those
 * of the branch (newest first), nearer steps weighing more. Broken output is worst.
 */
export function candidateScore(turn: CandidateTurn, window: StepDigest[]): number {
  if (turn.broken) return 1;
  const digest: StepDigest = {
    step: 0, attempts: 1, text: digestTurn(turn.text, turn.thinking), promptTokens: 0, outputTokens: 0, thinkingTokens: 0, contextLimit: 0, malformed: false, degenerate: false, state: '', finished: false,
    calls: turn.calls.map((call) => digestCall({ ...call, result: '', error: null, gain: null, exempt: false })),
  };
  return Math.max(textLikeness(digest, window), callLikeness(digest, window));
}
