import type { ChatMessage, RunRef } from '#contracts';
import { contentRows, INSERT_CONTENTS } from './contents.js';
import type { Tx } from './pool.js';
import { openBody, type StoredBody } from './sealing/index.js';
import type { StepKey } from './steps.js';

/** Ordinals of people's words lie below 0, in the order of the inbox, so that taking them up twice writes them once. */
export const WORDS_ORDINAL = -32_000;

/** What a rewind undid is offered to the step that follows it, in a message before its turn. */
export const UNDONE_ORDINAL = -1;

/** A message with its place in the step: the model's turn is ordinal 0 and tool results follow; people's words come before, below 0. */
export type NewMessage = { ordinal: number; message: ChatMessage; tokens: number };

/** Appends messages of an attempt; one that is there already is left as it is. Bodies go to `contents`; a body of a plain text message is the text itself, any other is JSON. */
export async function insertMessages(tx: Tx, key: StepKey, messages: NewMessage[]): Promise<void> {
  const bodies = contentRows(key.tenantId, messages.map((m) => encodeBody(m.message)));
  await tx.query({
    name: 'insert-messages',
    text: `with bodies as (${INSERT_CONTENTS})
           insert into messages (tenant_id, run_id, step, attempt, ordinal, role, hash, tool, tokens)
           select $1, $6, $7, $8, m.ordinal, m.role, m.hash, m.tool, m.tokens
           from unnest($9::smallint[], $10::text[], $2::bytea[], $11::text[], $12::int[]) as m(ordinal, role, hash, tool, tokens)
           on conflict do nothing`,
    values: [...bodies.values, key.runId, key.step, key.attempt, messages.map((m) => m.ordinal), messages.map((m) => m.message.role), messages.map((m) => m.message.toolName ?? null), messages.map((m) => m.tokens)],
  });
  bodies.remember();
}

/** Leading NUL is impossible in Postgres text, so a control character marks the structured form. */
const STRUCTURED = '\u0001';
function encodeBody(m: ChatMessage): string {
  if (!m.thinking && !m.toolCalls?.length && !m.content.startsWith(STRUCTURED)) return m.content;
  return STRUCTURED + JSON.stringify({ content: m.content, thinking: m.thinking, toolCalls: m.toolCalls });
}
export function decodeBody(row: { role: ChatMessage['role']; body: string; tool: string | null }): ChatMessage {
  const tool = row.tool ? { toolName: row.tool } : {};
  if (!row.body.startsWith(STRUCTURED)) return { role: row.role, content: row.body, ...tool };
  return { role: row.role, ...(JSON.parse(row.body.slice(STRUCTURED.length)) as Pick<ChatMessage, 'content'>), ...tool };
}

type MessageRow = { step: number; attempt: number; ordinal: number; role: ChatMessage['role']; tool: string | null; tokens: number } & StoredBody;
export type StoredMessage = { step: number; ordinal: number; tokens: number; message: ChatMessage };

/** Steps read at once: few at first, since a small context is soon full; more as it goes on. */
const FIRST_PAGE = 8;
const MAX_PAGE = 128;

/**
 * The messages that lead to `head` along the branch, oldest first: only the attempt that each closed step ended with.
 * Reads backwards in pages and stops once `budget` tokens are full, so its cost does not grow with the run.
 * A step is taken whole or not at all, so that no tool result stands without its call.
 * @returns `omitted`: whether older steps exist that did not fit.
 */
export async function readHistory(tx: Tx, ref: RunRef, head: number, budget: number): Promise<{ messages: StoredMessage[]; omitted: boolean }> {
  const taken: StoredMessage[][] = [];
  let left = budget;
  let from = head;
  for (let page = FIRST_PAGE; from > 0; page = Math.min(page * 2, MAX_PAGE)) {
    const steps = await readChain(tx, ref, from, page);
    if (steps.length === 0) break;
    for (const s of steps) {
      const tokens = s.messages.reduce((sum, m) => sum + m.tokens, 0);
      if (tokens > left) return { messages: taken.reverse().flat(), omitted: true };
      left -= tokens;
      taken.push(s.messages);
    }
    from = steps[steps.length - 1]!.parent;
  }
  return { messages: taken.reverse().flat(), omitted: false };
}

/** The closed steps from `from` backwards along the branch, newest first, at most `size`. */
export async function readChain(tx: Tx, ref: RunRef, from: number, size: number): Promise<{ step: number; parent: number; messages: StoredMessage[] }[]> {
  const { rows } = await tx.query<{ n: number; step: number; parent: number; messages: MessageRow[] | null }>({
    name: 'read-chain',
    text: `
      with recursive chain as (
        select step, parent, attempt, state, 1 as n from steps where tenant_id = $1 and run_id = $2 and step = $3
        union all
        select s.step, s.parent, s.attempt, s.state, chain.n + 1 from chain join steps s on s.tenant_id = $1 and s.run_id = $2 and s.step = chain.parent
        where chain.n < $4
      )
      select chain.n, chain.step, chain.parent,
        (select json_agg(json_build_object('step', m.step, 'ordinal', m.ordinal, 'role', m.role, 'tool', m.tool, 'tokens', m.tokens, 'body', c.body, 'enc', c.enc, 'key_id', c.key_id) order by m.ordinal)
         from messages m join contents c on c.tenant_id = $1 and c.hash = m.hash
         where m.tenant_id = $1 and m.run_id = $2 and m.step = chain.step and (m.attempt = chain.attempt or m.ordinal < 0)) as messages
      from chain where chain.state = 'closed' order by chain.n`,
    values: [ref.tenantId, ref.runId, from, size],
  });
  return Promise.all(rows.map(async (r) => ({ step: r.step, parent: r.parent, messages: await Promise.all((r.messages ?? []).map(toMessage)) })));
}

/** Messages of one step: of one attempt, or of all of them. */
export async function readStepMessages(tx: Tx, ref: RunRef, step: number, attempt?: number): Promise<StoredMessage[]> {
  const { rows } = await tx.query<MessageRow>({
    name: 'read-step-messages',
    text: `select m.step, m.attempt, m.ordinal, m.role, m.tool, m.tokens, c.body, c.enc, c.key_id from messages m join contents c on c.tenant_id = m.tenant_id and c.hash = m.hash
           where m.tenant_id = $1 and m.run_id = $2 and m.step = $3 and ($4::int is null or m.attempt = $4 or m.ordinal < 0) order by m.attempt, m.ordinal`,
    values: [ref.tenantId, ref.runId, step, attempt ?? null],
  });
  return Promise.all(rows.map(toMessage));
}

export async function toMessage(m: Pick<MessageRow, 'step' | 'ordinal' | 'role' | 'tool' | 'tokens'> & StoredBody): Promise<StoredMessage> {
  return { step: m.step, ordinal: m.ordinal, tokens: m.tokens, message: decodeBody({ role: m.role, tool: m.tool, body: await openBody(m) }) };
}
