import type { DriftConfig } from '../config.js';
import type { History } from '../history.js';
import { stepsOf } from '../history.js';
import { clip, silent, type Signal } from './signal.js';

const CALLS = 10;
const MIN_TOOLS = 4;
const FULL_BITS = 1.6;

/**
 * The agent has narrowed to one or two of its tools: Shannon entropy over the tools of the last ten calls. Work on many
 * like items looks the same, so it counts only while results bring no news. Off where the agent has few tools anyway.
 */
export function toolEntropy({ calls }: History, gain: number, config: DriftConfig): Signal {
  const last = calls.slice(0, CALLS);
  if (config.toolCount < MIN_TOOLS || last.length < CALLS || last[0]?.at !== 0) return silent('toolEntropy');
  const counts = new Map<string, number>();
  for (const { tool } of last) counts.set(tool, (counts.get(tool) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / CALLS) * Math.log2(count / CALLS);
  if (bits > config.entropyBits || gain >= config.progressGain) return silent('toolEntropy');
  return { name: 'toolEntropy', value: clip((FULL_BITS - bits) / FULL_BITS), steps: stepsOf(last), hard: false };
}
