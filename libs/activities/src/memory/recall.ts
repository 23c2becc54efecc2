import type { ChatMessage, CompactionRecord, RunRef } from '#contracts';
import { estimateTokens } from '#models';
import { type Found, type Pool, readPlaces, searchMemory, type StoredMessage, withTx } from '#store';

/** Places that are searched for, and how many of them are shown. */
const SEARCHED = 32;
const SHOWN = 6;
/** Characters of a place that are shown around what was found. */
const EXCERPT = 500;

/** Text of a message as memory knows it: its words, and what was asked of which tool. */
export function memoryText(m: StoredMessage): string {
  const calls = (m.message.toolCalls ?? []).map((c) => `${c.name} ${JSON.stringify(c.args)}`);
  return [m.message.content, ...calls].filter(Boolean).join('\n');
}

/** What the run's memory has about `question` beyond the window, in at most `budget` tokens; null where it has nothing. */
export async function recall(pool: Pool, ref: RunRef, record: CompactionRecord, question: string, budget: number): Promise<ChatMessage | null> {
  const lines = await withTx(pool, ref.tenantId, async (tx) => {
    const found = await searchMemory(tx, ref, question, SEARCHED);
    // What was undone, or is shown as it is, is not for memory to speak of.
    const ours = found.filter((f) => record.ranges.some(([from, to]) => f.step >= from && f.step <= to)).slice(0, SHOWN);
    const messages = await readPlaces(tx, ref, ours);
    const at = (f: Found): StoredMessage | undefined => messages.find((m) => m.step === f.step && m.ordinal === f.ordinal);
    return ours.flatMap((f) => (at(f) ? [lineOf(at(f)!, f.terms)] : []));
  });
  const fitting = withinBudget(lines, budget);
  return fitting.length ? { role: 'user', content: `From earlier in this work, found by its words:\n${fitting.join('\n')}` } : null;
}

function lineOf(m: StoredMessage, terms: string[]): string {
  const who = m.message.role === 'tool' ? `${m.message.toolName ?? 'tool'} answered` : m.message.role === 'user' ? 'a person said' : 'you wrote';
  return `- step ${m.step}, ${who}: ${excerpt(memoryText(m), terms)}`;
}

/** The part of a text around the first of the terms, which are stems, that stands in it. */
function excerpt(text: string, terms: string[]): string {
  if (text.length <= EXCERPT) return text;
  const lower = text.toLowerCase();
  const at = terms.map((t) => lower.indexOf(t)).find((i) => i >= 0) ?? 0;
  const start = Math.max(0, Math.min(at - EXCERPT / 2, text.length - EXCERPT));
  return `${start > 0 ? '…' : ''}${text.slice(start, start + EXCERPT)}${start + EXCERPT < text.length ? '…' : ''}`;
}

/** As many lines as fit, in order; the best come first. */
export function withinBudget(lines: string[], budget: number): string[] {
  let left = budget;
  return lines.filter((line) => {
    const tokens = estimateTokens(line) + 1;
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}
