import { type ChatMessage, type CompactionRecord, HoldfastError, type Route } from '#contracts';
import { estimateTokens } from '#models';
import type { StoredMessage } from '#store';
import type { RunDeps } from '../run/deps.js';
import { memoryText } from './recall.js';

/** Model calls of one compaction, at most. */
const MAX_CALLS = 2;
/** Deliveries after which a runtime that fails counts as an answer that was no use. */
const MAX_DELIVERIES = 3;
/** A summary that is longer than this share of what it tells is none. */
const SHRINKS_TO = 0.5;
/** Tokens of a summary: a share of the window for the past, within bounds. */
const [SHARE, LEAST, MOST] = [0.2, 96, 1_024];
/** Characters of one message in the prompt: the longest that fits the window is taken. */
const CLIPS = [6_000, 2_000, 800, 300, 120];

export type Spent = { prompt: number; output: number; thinking: number };
export const NO_TOKENS: Spent = { prompt: 0, output: 0, thinking: 0 };

export const SUMMARY_SYSTEM =
  'You shorten the record of a work that goes on. Write what the one who carries it on needs: what was asked, what was found (names, numbers, dates, paths and identifiers exactly as they stand), what was decided and why, what failed, and what is still open. Do not add anything. Plain sentences, no preamble.';

type Told = { summary: string | null; spent: Spent };

/** How the call goes through the gate. `instead`: what comes of a failed runtime where another may serve the call. */
export type Asking<M> = { tenantId: string; route: Route; priority: number; signal: AbortSignal; delivery: number; instead(error: unknown): M | null };

/**
 * The older part of a run in the model's words, in a window of its own that fits whatever is told. Null where two
 * calls gave nothing that is shorter than what it tells.
 */
export async function summarize<M extends object>(deps: Pick<RunDeps, 'gate' | 'contextTokens'>, a: { before: CompactionRecord; messages: StoredMessage[]; budget: number }, asking: Asking<M>): Promise<Told | M> {
  const { tenantId, route, priority, signal } = asking;
  const source = a.messages.reduce((n, m) => n + m.tokens, 0) + estimateTokens(a.before.summary);
  const maxTokens = Math.round(Math.min(MOST, Math.max(LEAST, a.budget * SHARE)));
  let spent = NO_TOKENS;
  for (let n = 1; n <= MAX_CALLS; n++) {
    const words = Math.floor((maxTokens * 0.6) / n);
    const messages = promptOf(a, words, deps.contextTokens - maxTokens);
    const answer = await deps.gate.chat(route, { model: route.model, messages, sampling: { temperature: 0, maxTokens }, contextTokens: deps.contextTokens }, { tenantId, priority, signal, onDelta: () => undefined }).then((result) => ({ result }), (error: unknown) => ({ moved: asking.instead(error) ?? unlessGone(error, asking) }));
    if ('moved' in answer) {
      if (answer.moved) return answer.moved;
      break;
    }
    const { result } = answer;
    spent = { prompt: spent.prompt + result.promptTokens, output: spent.output + result.outputTokens, thinking: spent.thinking + result.thinkingTokens };
    const summary = result.content.trim();
    if (summary && estimateTokens(summary) <= source * SHRINKS_TO) return { summary, spent };
  }
  return { summary: null, spent };
}

/** A runtime that is away is waited for, though not for ever: the run can go on without a summary. */
function unlessGone(error: unknown, { signal, delivery }: { signal: AbortSignal; delivery: number }): null {
  const retried = error instanceof HoldfastError && error.retryable && delivery < MAX_DELIVERIES;
  if (signal.aborted || retried || !(error instanceof HoldfastError)) throw error;
  return null;
}

function promptOf(a: { before: CompactionRecord; messages: StoredMessage[] }, words: number, budget: number): ChatMessage[] {
  const build = (clip: number): ChatMessage[] => [
    { role: 'system', content: SUMMARY_SYSTEM },
    { role: 'user', content: `${a.before.summary ? `What came before, in short:\n${a.before.summary}\n\n` : ''}The record:\n${a.messages.map((m) => lineOf(m, clip)).join('\n')}\n\nShorten it to at most ${words} words.` },
  ];
  const fits = (messages: ChatMessage[]): boolean => messages.reduce((n, m) => n + estimateTokens(m.content) + 8, 0) <= budget;
  for (const clip of CLIPS) {
    const messages = build(clip);
    if (fits(messages)) return messages;
  }
  return lastPart(build(CLIPS.at(-1)!), budget);
}

/** The newest end of a record that fits in no other way. */
function lastPart([system, user]: ChatMessage[], budget: number): ChatMessage[] {
  const text = user!.content;
  const room = Math.max(0, budget - estimateTokens(system!.content) - 16);
  return [system!, { role: 'user', content: text.slice(-Math.floor((text.length * room) / Math.max(1, estimateTokens(text)))) }];
}

function lineOf(m: StoredMessage, clip: number): string {
  const who = m.message.role === 'tool' ? `${m.message.toolName ?? 'tool'} answered` : m.message.role === 'user' ? 'a person said' : 'the agent';
  const text = memoryText(m);
  return `[step ${m.step}] ${who}: ${text.length > clip ? `${text.slice(0, clip)}…` : text}`;
}
