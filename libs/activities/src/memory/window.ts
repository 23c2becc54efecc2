import { type CompactionRecord, compactionRecordSchema, type RunRef } from '#contracts';
import { readChain, readWindow, type StoredMessage, type Tx } from '#store';
import { WINDOW } from '../run/checkpoint.js';
import { tokensOf } from './message-tokens.js';
import { type Branch, sum } from '../run/run-cache.js';

/** Steps read at once: few at first, since a small window is soon full. */
const FIRST_PAGE = 8;
const MAX_PAGE = 128;
/** Results smaller than this are left as they are: a reference is hardly shorter. */
const MASKED_FROM = 96;

/** A message as it is shown: a tool result up to step `maskTo` by reference. */
export function shown(m: StoredMessage, maskTo: number): StoredMessage {
  if (m.step > maskTo || m.message.role !== 'tool' || m.tokens < MASKED_FROM) return m;
  const call = m.ordinal - 1;
  const message = { ...m.message, content: `This result (${m.tokens} tokens) is kept and no longer shown. Call reopen with step ${m.step} and call ${call} to read it again.` };
  return { ...m, message, tokens: tokensOf(message) };
}

/**
 * What the branch to `head` shows within `budget` tokens, oldest first, and what its newest compaction says. Reads
 * backwards in pages and stops where that compaction begins, or where the budget is full, so its cost does not grow
 * with the run. A step is taken whole or not at all. `omitted`: steps that did not fit and that nothing tells of.
 */
export async function readBranch(tx: Tx, ref: RunRef, head: number, budget: number): Promise<Branch> {
  const taken: StoredMessage[][] = [];
  let memory: Branch['memory'];
  let left = budget;
  let omitted = false;
  let told = false;
  let from = head;
  for (let page = FIRST_PAGE; from > 0 && !omitted && !told; page = Math.min(page * 2, MAX_PAGE)) {
    const steps = await readChain(tx, ref, from, page);
    if (steps.length === 0) break;
    for (const s of steps) {
      const record = recordOf(s.messages);
      if (record) {
        memory ??= { step: s.step, record };
        continue;
      }
      const messages = s.messages.map((m) => shown(m, memory?.record.maskTo ?? 0));
      const tokens = sum(messages);
      told = s.step < (memory?.record.keepFrom ?? 0);
      omitted = !told && tokens > left;
      if (told || omitted) break;
      left -= tokens;
      taken.push(messages);
    }
    from = steps[steps.length - 1]!.parent;
  }
  const messages = taken.reverse().flat();
  return { head, messages, tokens: sum(messages), omitted, digests: await readWindow(tx, ref, head, WINDOW), ...(memory ? { memory } : {}) };
}

/** What a compaction's step says; null for any other step, whose first message is never the system's. */
function recordOf(messages: StoredMessage[]): CompactionRecord | null {
  const own = messages.find((m) => m.ordinal === 0 && m.message.role === 'system');
  return own ? compactionRecordSchema.parse(JSON.parse(own.message.content)) : null;
}
