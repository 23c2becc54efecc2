import type { StreamPart } from '#contracts';
import type { Pool, Tx } from './pool.js';
import { openBody, sealBody, type StoredBody } from './sealing/index.js';
import type { StepKey } from './steps.js';
import { withTx } from './tx.js';

export type Chunk = { n: number; kind: StreamPart['type']; body: string };

/**
 * Writes a batch of streamed text, while the attempt is open: what a worker writes on that has not heard of its end is
 * dropped. Not durable on purpose, since the message that replaces it is.
 */
export async function writeChunk(pool: Pool, key: StepKey, delivery: number, c: Chunk): Promise<void> {
  const sealed = sealBody(c.body);
  await withTx(
    pool,
    key.tenantId,
    (tx) =>
      tx.query(
        // The lock makes whoever closes the attempt wait, and so delete this too.
        `insert into stream_chunks (tenant_id, run_id, step, attempt, delivery, n, kind, body, enc, key_id)
         select tenant_id, run_id, step, attempt, $5, $6, $7, $8, $9, $10 from steps where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and state = 'open' for share
         on conflict do nothing`,
        [key.tenantId, key.runId, key.step, key.attempt, delivery, c.n, c.kind, sealed.body, sealed.enc, sealed.key_id],
      ),
    { durable: false },
  );
}

/** Deletes a step's streamed text, once its message is committed or its attempt is reset. */
export async function dropChunks(tx: Tx, key: StepKey): Promise<void> {
  await tx.query({ name: 'drop-chunks', text: 'delete from stream_chunks where tenant_id = $1 and run_id = $2 and step = $3', values: [key.tenantId, key.runId, key.step] });
}

/** Text of the open step after part `after` of the newest delivery, in order. */
export async function readChunks(tx: Tx, ref: { tenantId: string; runId: string }, after: { step: number; attempt: number; delivery: number; n: number } | null): Promise<(StreamPart & { delivery: number })[]> {
  const { rows } = await tx.query<{ step: number; attempt: number; delivery: number; n: number; kind: StreamPart['type'] } & StoredBody>({
    name: 'read-chunks',
    text: `with newest as (select step, attempt, delivery from stream_chunks where tenant_id = $1 and run_id = $2 order by step desc, attempt desc, delivery desc limit 1)
           select c.step, c.attempt, c.delivery, c.n, c.kind, c.body, c.enc, c.key_id from stream_chunks c join newest using (step, attempt, delivery)
           where c.tenant_id = $1 and c.run_id = $2 and ($3::int is null or (c.step, c.attempt, c.delivery, c.n) > ($3, $4::int, $5::int, $6::int)) order by c.n limit 500`,
    values: [ref.tenantId, ref.runId, after?.step ?? null, after?.attempt ?? null, after?.delivery ?? null, after?.n ?? null],
  });
  return Promise.all(rows.map(async (r) => ({ type: r.kind, step: r.step, attempt: r.attempt, n: r.n, text: await openBody(r), delivery: r.delivery })));
}
