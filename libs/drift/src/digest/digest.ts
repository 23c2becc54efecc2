import type { CallDigest, StepDigest, ToldSignal, ToolKind } from '#contracts';
import { canonical, normaliseResult } from './canonical.js';
import { hash64 } from './hash.js';
import { sketch, sketchWords, wordHashes } from './sketch.js';

/** Sizes of the sketches that are stored with each call and step. */
export const RESULT_SKETCH = 24;
export const ARGS_SKETCH = 24;
export const TEXT_SKETCH = 64;
/** A text shorter than this says too little to be called a repetition. */
const MIN_TEXT_WORDS = 12;

export type CallFacts = {
  tool: string;
  kind: ToolKind;
  args: unknown;
  /** What the model was shown. */
  result: string;
  error: 'agent' | 'infra' | null;
  gain: number | null;
  exempt: boolean;
  told?: ToldSignal[];
};

export function digestCall(facts: CallFacts): CallDigest {
  const args = canonical(facts.args);
  const result = normaliseResult(facts.result);
  return {
    tool: facts.tool,
    kind: facts.kind,
    args: hash64(args),
    result: hash64(result),
    error: facts.error,
    gain: facts.gain,
    exempt: facts.exempt,
    sketch: sketch(result, RESULT_SKETCH, 3),
    argsSketch: sketch(args, ARGS_SKETCH, 2),
    ...(facts.told?.length ? { told: facts.told } : {}),
  };
}

/** Sketch of what the model wrote in a turn; empty where it wrote next to nothing. */
export function digestTurn(text: string, thinking: string): number[] {
  const words = wordHashes(`${thinking}\n${prose(text)}`);
  return words.length < MIN_TEXT_WORDS ? [] : sketchWords(words, TEXT_SKETCH, 3);
}

/** An answer in JSON repeats its keys in every turn, so only its longer texts count. */
function prose(text: string): string {
  const start = text.trimStart()[0];
  if (start !== '{' && start !== '[') return text;
  try {
    const found: string[] = [];
    collectTexts(JSON.parse(text), found);
    return found.join('\n');
  } catch {
    return text;
  }
}

function collectTexts(value: unknown, found: string[]): void {
  if (typeof value === 'string' && value.includes(' ')) found.push(value);
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) collectTexts(part, found);
}

export type StepFacts = Omit<StepDigest, 'calls' | 'text'> & { calls: CallFacts[]; text: string; thinking: string };

export function digestStep({ calls, text, thinking, ...numbers }: StepFacts): StepDigest {
  return { ...numbers, calls: calls.map(digestCall), text: digestTurn(text, thinking) };
}
