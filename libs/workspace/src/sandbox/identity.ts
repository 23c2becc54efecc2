import { createHash } from 'node:crypto';

/** A user and group that nobody else has: no entry is needed, and no file of the host belongs to it. */
export type Identity = { uid: number; gid: number };

const FIRST = 1_000_000_000;
const COUNT = 900_000_000;

/**
 * As whom a workspace's commands run. Root's processes must not run anything as root, whose files the sandbox would
 * own and whose processes no limit counts; one id a workspace keeps the counts apart. Null where the process is not root.
 */
export function identityOf(workspace: string): Identity | null {
  if (process.getuid?.() !== 0) return null;
  const id = FIRST + (createHash('sha256').update(workspace).digest().readUInt32BE(0) % COUNT);
  return { uid: id, gid: id };
}
