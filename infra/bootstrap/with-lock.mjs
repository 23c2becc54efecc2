import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity } from './process-identity.mjs';

const POLL_MS = 200;

/**
 * Runs `action` while holding a lock file, so that two set-ups don't collide. A lock whose owner is gone is taken over.
 * @template T
 * @param {string} file
 * @param {() => T | Promise<T>} action
 * @param {(message: string) => void} [onWait] told once, when another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, action, onWait = () => {}) {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) }));
  try {
    await acquire(file, own, onWait);
  } finally {
    rmSync(own, { force: true });
  }
  try {
    return await action();
  } finally {
    rmSync(file, { force: true });
  }
}

async function acquire(file, own, onWait) {
  let told = false;
  while (!tryLink(own, file)) {
    const owner = readOwner(file);
    if (owner !== undefined && !isAlive(owner.text)) {
      breakLock(file, owner.text);
      continue;
    }
    if (!told && owner !== undefined) onWait(`Another set-up is at work (process ${JSON.parse(owner.text).pid}); waiting for it.`);
    told = true;
    await sleep(POLL_MS);
  }
}

/** A link appears with its content, so nobody ever reads a lock without an owner. */
function tryLink(own, file) {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(file) {
  try {
    return { text: readFileSync(file, 'utf8') };
  } catch {
    return undefined;
  }
}

function isAlive(text) {
  const { pid, identity } = JSON.parse(text);
  return identity !== undefined && processIdentity(pid) === identity;
}

/** Moves the dead owner's lock away; if another process was faster, what was moved is its lock and goes back. */
function breakLock(file, expected) {
  const moved = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, moved);
  } catch {
    return;
  }
  if (readFileSync(moved, 'utf8') !== expected) tryLink(moved, file);
  unlinkSync(moved);
}
