import type { ChatMessage, RunRef } from '#contracts';
import { getContent, putContents } from './contents.js';
import { lockRun } from './events.js';
import type { Tx } from './pool.js';

export const INBOX_KINDS = ['message', 'pause', 'resume', 'cancel', 'rewind', 'approval'] as const;
export type InboxKind = (typeof INBOX_KINDS)[number];
export type InboxRow = { n: number; kind: InboxKind; body_hash: Buffer | null; data: Record<string, unknown> | null };

/**
 * Writes what a person asks of a run, under the run's lock.
 * @returns its number, counted from 1 in the order in which requests were accepted.
 */
export async function insertInbox(tx: Tx, ref: RunRef, item: { kind: InboxKind; body?: string; data?: Record<string, unknown>; principalId: string }): Promise<number> {
  await lockRun(tx, ref);
  const [hash] = item.body === undefined ? [null] : await putContents(tx, ref.tenantId, [item.body]);
  const { rows } = await tx.query<{ n: number }>('update run_heads set inbox_seq = inbox_seq + 1 where tenant_id = $1 and run_id = $2 returning inbox_seq as n', [ref.tenantId, ref.runId]);
  const n = rows[0]!.n;
  await tx.query('insert into inbox (tenant_id, run_id, n, kind, body_hash, data, principal_id) values ($1,$2,$3,$4,$5,$6,$7)', [ref.tenantId, ref.runId, n, item.kind, hash, item.data ?? null, item.principalId]);
  return n;
}

/** The rows that the run has not applied yet, in order. Call under the run's lock. */
export async function readUnapplied(tx: Tx, ref: RunRef): Promise<InboxRow[]> {
  const { rows } = await tx.query<InboxRow>('select n, kind, body_hash, data from inbox where tenant_id = $1 and run_id = $2 and applied_at is null order by n', [ref.tenantId, ref.runId]);
  return rows;
}

/** Marks rows up to `n` as applied; `step` is the step that takes them up. */
export async function markApplied(tx: Tx, ref: RunRef, n: number, step: number): Promise<void> {
  await tx.query('update inbox set applied_at = now(), applied_step = $4 where tenant_id = $1 and run_id = $2 and n <= $3 and applied_at is null', [ref.tenantId, ref.runId, n, step]);
  await tx.query('update run_heads set inbox_read = greatest(inbox_read, $3) where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, n]);
}

/** People's words that a step takes up, with their numbers: messages, and the lesson of a rewind. */
export async function readStepInbox(tx: Tx, ref: RunRef, step: number): Promise<{ n: number; message: ChatMessage }[]> {
  const { rows } = await tx.query<{ n: number; kind: InboxKind; body_hash: Buffer; data: { toStep?: number } | null }>({
    name: 'read-step-inbox',
    text: `select n, kind, body_hash, data from inbox where tenant_id = $1 and run_id = $2 and applied_step = $3 and kind in ('message', 'rewind') and body_hash is not null order by n`,
    values: [ref.tenantId, ref.runId, step],
  });
  const words: { n: number; message: ChatMessage }[] = [];
  for (const r of rows) {
    const text = await getContent(tx, ref.tenantId, r.body_hash);
    words.push({ n: r.n, message: { role: 'user', content: r.kind === 'rewind' ? lessonWords(r.data?.toStep ?? 0, text) : text } });
  }
  return words;
}

/** The model does not see what was undone, so it is told that there was something. */
function lessonWords(toStep: number, lesson: string): string {
  return `The work was taken back to where it stood after step ${toStep}; what came later is undone. What was learned from it: ${lesson}`;
}

/** The newest checkpoint that a person took the run back to before this step; null where nobody did. */
export async function readStepRewind(tx: Tx, ref: RunRef, step: number): Promise<number | null> {
  const { rows } = await tx.query<{ to: number }>(
    `select (data->>'toStep')::int as to from inbox where tenant_id = $1 and run_id = $2 and applied_step = $3 and kind = 'rewind' order by n desc limit 1`,
    [ref.tenantId, ref.runId, step],
  );
  return rows[0]?.to ?? null;
}

/** How many of people's words a step takes up; a rewind says something too. */
export async function countStepInbox(tx: Tx, ref: RunRef, step: number): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(`select count(*)::int as n from inbox where tenant_id = $1 and run_id = $2 and applied_step = $3 and kind in ('message', 'rewind')`, [ref.tenantId, ref.runId, step]);
  return rows[0]!.n;
}

/** How many inbox rows the run has not applied. */
export async function readUnreadCount(tx: Tx, ref: RunRef): Promise<number> {
  const { rows } = await tx.query<{ unread: number }>('select inbox_seq - inbox_read as unread from run_heads where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
  return rows[0]?.unread ?? 0;
}
