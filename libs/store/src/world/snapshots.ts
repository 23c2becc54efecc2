import { createHash } from 'node:crypto';
import type { Entity, WorldRef } from '#contracts';
import { type Bucket, canonical, WorldState } from '#world';
import type { Tx } from '../pool.js';
import { StoredBucket } from './stored-bucket.js';

type Chunk = { digest: Buffer; body: string; /** Null in chunks from before they were counted. */ entities: number | null };

/** What a bucket is written as, worked out once: buckets never change. */
const written = new WeakMap<Bucket, Map<string, Chunk>>();
/** Buckets by world and digest, newest use last. */
const read = new Map<string, Bucket>();
const MOST_READ = 4_096;

/** One look into the index for each digest: with `= any` the planner reads all chunks that the world ever had. */
const EACH_CHUNK = 'from unnest($3::bytea[]) d cross join lateral (select digest, body, entities from world_chunks where tenant_id = $1 and world_id = $2 and digest = d offset 0) c';

/** Keeps the state at its version. Buckets that the world has stored before are pointed at. */
export async function saveSnapshot(tx: Tx, ref: WorldRef, state: WorldState): Promise<void> {
  const chunks = state.buckets.map((bucket) => chunkOf(ref, bucket));
  const digests = chunks.map((c) => c.digest);
  const { rows } = await tx.query<{ digest: Buffer }>(`select c.digest ${EACH_CHUNK}`, [ref.tenantId, ref.worldId, digests]);
  const there = new Set(rows.map((r) => r.digest.toString('hex')));
  const missing = [...new Map(chunks.map((c) => [c.digest.toString('hex'), c]))].filter(([hex]) => !there.has(hex)).map(([, c]) => c);
  if (missing.length) {
    await tx.query('insert into world_chunks (tenant_id, world_id, digest, body, entities) select $1, $2, d, b, n from unnest($3::bytea[], $4::text[], $5::int[]) as c(d, b, n) on conflict do nothing', [ref.tenantId, ref.worldId, missing.map((c) => c.digest), missing.map((c) => c.body), missing.map((c) => c.entities)]);
  }
  await tx.query('insert into world_snapshots (tenant_id, world_id, version, chunks) values ($1, $2, $3, $4) on conflict do nothing', [ref.tenantId, ref.worldId, state.version, digests]);
  await tx.query('update worlds set snapshot_version = $3 where tenant_id = $1 and world_id = $2', [ref.tenantId, ref.worldId, state.version]);
}

/** The newest snapshot of this world's own between two versions, or null. */
export async function readSnapshot(tx: Tx, ref: WorldRef, after: number, upTo: number): Promise<WorldState | null> {
  const { rows } = await tx.query<{ version: number; chunks: Buffer[] }>({
    name: 'world-snapshot',
    text: 'select version, chunks from world_snapshots where tenant_id = $1 and world_id = $2 and version > $3 and version <= $4 order by version desc limit 1',
    values: [ref.tenantId, ref.worldId, after, upTo],
  });
  const snapshot = rows[0];
  if (!snapshot) return null;
  const keys = snapshot.chunks.map((digest) => `${ref.worldId}:${digest.toString('latin1')}`);
  const unread = snapshot.chunks.filter((_, i) => !read.has(keys[i]!));
  if (unread.length) await readChunks(tx, ref, unread);
  const buckets = keys.map((key) => {
    const bucket = read.get(key);
    if (!bucket) throw new Error('a snapshot points at a chunk that is not there');
    read.delete(key);
    read.set(key, bucket);
    return bucket;
  });
  for (const key of read.keys()) {
    if (read.size <= MOST_READ) break;
    read.delete(key);
  }
  return WorldState.ofBuckets(snapshot.version, buckets);
}

async function readChunks(tx: Tx, ref: WorldRef, digests: Buffer[]): Promise<void> {
  const { rows } = await tx.query<Chunk>({ name: 'world-chunks', text: `select c.digest, c.body, c.entities ${EACH_CHUNK}`, values: [ref.tenantId, ref.worldId, digests] });
  for (const chunk of rows) {
    const { digest, body } = chunk;
    const bucket: Bucket = new StoredBucket(body, chunk.entities ?? (JSON.parse(body) as Entity[]).length);
    written.set(bucket, new Map([[ref.worldId, chunk]]));
    read.set(`${ref.worldId}:${digest.toString('latin1')}`, bucket);
  }
}

function chunkOf(ref: WorldRef, bucket: Bucket): Chunk {
  const known = written.get(bucket)?.get(ref.worldId);
  if (known) return known;
  const body = canonical([...bucket.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
  const chunk = { digest: createHash('sha256').update(ref.worldId).update(body).digest(), body, entities: bucket.size };
  written.set(bucket, (written.get(bucket) ?? new Map<string, Chunk>()).set(ref.worldId, chunk));
  return chunk;
}

/** For measurements: forgets what this process has read. */
export function forgetSnapshots(): void {
  read.clear();
}
