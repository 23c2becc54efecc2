import type { ToolCallRequest } from '#contracts';
import { readTextCalls } from '../tools/text-calls.js';

export type Gemma4Turn = { thinking: string; content: string; toolCalls: ToolCallRequest[]; broken: boolean };

const CHANNEL = /<\|channel>(?:thought|analysis)?\n?([\s\S]*?)(?:<channel\|>|$)/g;
const MARKERS = /<turn\|>|<\|turn>(?:model|user|system)?\n?|<eos>|<\|tool_response>[\s\S]*$/g;

/** What a model of the Gemma 4 family wrote in one turn, from its raw text: thoughts, words for the reader, calls. */
export function readGemma4Turn(text: string, tools: readonly string[]): Gemma4Turn {
  const thoughts = [...text.matchAll(CHANNEL)].map(([, thought]) => thought!.trim()).filter(Boolean);
  const { calls, rest, broken } = readTextCalls(text.replace(CHANNEL, '').replace(MARKERS, ''), tools);
  return { thinking: thoughts.join('\n'), content: rest, toolCalls: calls, broken };
}
