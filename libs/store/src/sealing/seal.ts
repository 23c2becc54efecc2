import { AsyncLocalStorage } from 'node:async_hooks';
import { createHmac } from 'node:crypto';
import { HoldfastError, type RunRef } from '#contracts';
import type { Pool } from '../pool.js';
import { withTx } from '../tx.js';
import { decrypt, encrypt, type RunKey, type RunKeys } from './run-keys.js';

/** A body as its row has it: `enc` 0 is the text itself, 1 is AES-256-GCM in base64 under the key `key_id`. */
export type StoredBody = { body: string; enc: number; key_id: string | null };

/** The key of the run whose content is being written, whatever function writes it: one forgotten argument would leave a plain text. */
const scope = new AsyncLocalStorage<RunKey | null>();
let ring: RunKeys | null = null;
/** Keys are read again after this, so that a deleted one is soon gone from memory. */
const KEPT_MS = 30_000;
const MOST_KEPT = 1_000;
const opened = new Map<string, { key: RunKey; until: number }>();
const keyIds = new Map<string, string | null>();

/** Where this process finds run keys. Called once, as it starts. */
export function useRunKeys(keys: RunKeys): void {
  ring = keys;
  opened.clear();
}

function keysOfProcess(): RunKeys {
  if (!ring) throw new HoldfastError('key_missing', 'This process has no folder of run keys.');
  return ring;
}

export async function createRunKey(id: string): Promise<RunKey> {
  return keysOfProcess().create(id);
}

/** Deletes a run's key: what it sealed cannot be read any more, here and in every backup. */
export async function destroyRunKey(id: string): Promise<void> {
  opened.delete(id);
  await keysOfProcess().destroy(id);
}

/** @throws HoldfastError `key_missing` */
export async function openKey(id: string): Promise<RunKey> {
  const kept = opened.get(id);
  if (kept && kept.until > Date.now()) return kept.key;
  opened.delete(id);
  const key = await keysOfProcess().open(id);
  if (!key) throw new HoldfastError('key_missing', 'The key of this run was deleted: nothing of it can be read any more.');
  opened.set(id, { key, until: Date.now() + KEPT_MS });
  if (opened.size > MOST_KEPT) opened.delete(opened.keys().next().value!);
  return key;
}

const INSTALLATION = '00000000-0000-0000-0000-000000000000';

/** HMAC-SHA256 under a key that this installation has for all of its time: for what belongs to no run yet. */
export async function installationHash(text: string): Promise<Buffer> {
  const key = (await keysOfProcess().open(INSTALLATION)) ?? (await makeInstallationKey());
  return createHmac('sha256', key.mac).update(text).digest();
}

async function makeInstallationKey(): Promise<RunKey> {
  try {
    return await keysOfProcess().create(INSTALLATION);
  } catch (error) {
    const made = (error as NodeJS.ErrnoException).code === 'EEXIST' ? await keysOfProcess().open(INSTALLATION) : null;
    if (made) return made;
    throw error;
  }
}

/** Runs `fn`; what it writes is sealed with `key`, or not at all where that is null. */
export const sealedWith = <T>(key: RunKey | null, fn: () => T): T => scope.run(key, fn);
export const currentKey = (): RunKey | null => scope.getStore() ?? null;

/** Runs `fn` as part of a run: where it is sealed, so is all that `fn` writes. */
export async function inRun<T>(pool: Pool, ref: RunRef, fn: () => Promise<T>): Promise<T> {
  const id = await keyIdOf(pool, ref);
  return scope.run(id === null ? null : await openKey(id), fn);
}

/** A run's key never changes, so it is looked up once a process. */
async function keyIdOf(pool: Pool, ref: RunRef): Promise<string | null> {
  const known = keyIds.get(ref.runId);
  if (known !== undefined) return known;
  const { rows } = await withTx(pool, ref.tenantId, (tx) => tx.query<{ key_id: string | null }>({ name: 'run-key-id', text: 'select key_id from runs where tenant_id = $1 and run_id = $2', values: [ref.tenantId, ref.runId] }));
  if (!rows[0]) return null;
  keyIds.set(ref.runId, rows[0].key_id);
  if (keyIds.size > 10 * MOST_KEPT) keyIds.delete(keyIds.keys().next().value!);
  return rows[0].key_id;
}

/** A body as it is written in this scope. */
export function sealBody(body: string): StoredBody {
  const key = currentKey();
  return key ? { body: encrypt(key.seal, Buffer.from(body), key.id).toString('base64'), enc: 1, key_id: key.id } : { body, enc: 0, key_id: null };
}

export async function openBody({ body, enc, key_id: id }: StoredBody): Promise<string> {
  if (enc === 0) return body;
  const key = await openKey(id!);
  return decrypt(key.seal, Buffer.from(body, 'base64'), key.id).toString();
}

/** HMAC-SHA256 under the scope's key; null outside a sealed run. */
export function keyedHash(...parts: (string | Buffer)[]): Buffer | null {
  const key = currentKey();
  if (!key) return null;
  const mac = createHmac('sha256', key.mac);
  parts.forEach((p) => mac.update(p).update('\0'));
  return mac.digest();
}

/** A text whose words can be compared with each other and read by nobody: each stands for its keyed hash. The text itself outside a sealed run. */
export function keyedWords(text: string): string {
  const key = currentKey();
  if (!key) return text;
  const known = new Map<string, string>();
  return text.replace(/[\p{L}\p{N}_]+/gu, (word) => {
    const folded = word.toLowerCase();
    const so = known.get(folded) ?? createHmac('sha256', key.mac).update(folded).digest('hex').slice(0, 12);
    known.set(folded, so);
    return so;
  });
}

const MARK = 'sealed:';
/** Words within a JSON column, as they are written in this scope: a string that says by which key it is sealed. */
export function sealWords(words: string): string {
  const { body, enc, key_id: id } = sealBody(words);
  return enc === 0 ? words : `${MARK}${id}:${body}`;
}

export async function openWords(words: string): Promise<string> {
  const found = /^sealed:([0-9a-f-]{36}):(.+)$/s.exec(words);
  return found ? openBody({ body: found[2]!, enc: 1, key_id: found[1]! }) : words;
}
