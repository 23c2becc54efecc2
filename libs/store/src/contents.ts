import { createHash } from 'node:crypto';
import { contentCache } from './content-cache.js';
import type { Pool, Tx } from './pool.js';
import { keyedHash, openBody, sealBody, type StoredBody } from './sealing/index.js';
import { withTx } from './tx.js';

/** SHA-256 of the tenant and the text: equal bodies of one tenant share a row, and no hash tells tenants' bodies apart. Of a sealed run it is an HMAC under its key, which tells nobody what it is of. */
export function contentHash(tenantId: string, body: string): Buffer {
  return keyedHash(tenantId, body) ?? createHash('sha256').update(tenantId).update('\0').update(body).digest();
}

/** Postgres text holds no NUL, and a model may well write one. */
const storable = (text: string): string => text.replaceAll('\0', '\uFFFD');

/** The hash that `putContents` gives a text, known before it is written. */
export const hashOf = (tenantId: string, text: string): Buffer => contentHash(tenantId, storable(text));

/** Inserts the bodies of `contentRows` that are not there yet; its parameters begin at $1, the tenant. */
export const INSERT_CONTENTS = `insert into contents (tenant_id, hash, body, enc, key_id) select $1, h, b, e, k from unnest($2::bytea[], $3::text[], $4::smallint[], $5::text[]) as c(h, b, e, k) on conflict do nothing`;

/** Bodies as they are stored. `remember`: to call once they are written. */
export function contentRows(tenantId: string, texts: string[]): { hashes: Buffer[]; values: unknown[]; remember(): void } {
  const bodies = texts.map(storable);
  const hashes = bodies.map((b) => contentHash(tenantId, b));
  const sealed = bodies.map(sealBody);
  return {
    hashes,
    values: [tenantId, hashes, sealed.map((s) => s.body), sealed.map((s) => s.enc), sealed.map((s) => s.key_id)],
    // What is sealed is not kept in memory for longer than it is used.
    remember: () => hashes.forEach((h, i) => sealed[i]!.enc === 0 && contentCache.add(h, bodies[i]!)),
  };
}

/** Writes bodies that are not there yet and returns their hashes, in order. */
export async function putContents(tx: Tx, tenantId: string, texts: string[]): Promise<Buffer[]> {
  const { hashes, values, remember } = contentRows(tenantId, texts);
  if (hashes.length === 0) return hashes;
  await tx.query({ name: 'put-contents', text: INSERT_CONTENTS, values });
  remember();
  return hashes;
}

/** @throws Error where the body is not there, which only a broken database can cause. */
export async function getContent(tx: Tx, tenantId: string, hash: Buffer): Promise<string> {
  const cached = contentCache.get(hash);
  if (cached !== undefined) return cached;
  const { rows } = await tx.query<StoredBody>({ name: 'get-content', text: 'select body, enc, key_id from contents where tenant_id = $1 and hash = $2', values: [tenantId, hash] });
  if (!rows[0]) throw new Error('a content body is missing');
  if (rows[0].enc === 0) contentCache.add(hash, rows[0].body);
  return openBody(rows[0]);
}

export async function getJson(tx: Tx, tenantId: string, hash: Buffer): Promise<unknown> {
  return JSON.parse(await getContent(tx, tenantId, hash));
}

/** A JSON body, from memory where this process had it before. */
export async function loadJson(pool: Pool, tenantId: string, hash: Buffer): Promise<unknown> {
  const cached = contentCache.get(hash);
  return cached === undefined ? withTx(pool, tenantId, (tx) => getJson(tx, tenantId, hash)) : JSON.parse(cached);
}
