import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '#test/harness/stack';
import { fillDisk } from './disk.js';
import { type PartName, type Parts, PARTS } from './parts.js';

/** Milliseconds between two faults, and for which a fault lasts. */
const BETWEEN: [number, number] = [200, 1_800];
const DEAD: [number, number] = [0, 1_000];
const CUT: [number, number] = [100, 1_500];
const FULL: [number, number] = [500, 2_000];
/** After how many kills a connection is cut, and the disk filled. */
const CUT_EVERY = 5;
const FILL_EVERY = 10;

export type Faults = Record<PartName | 'connections cut' | 'disk filled', number>;

export type Chance = (from: number, to: number) => number;

/** Kills parts one after another at moments drawn by `chance`, `kills` times, with cut connections and full disks in between. */
export async function wreak(stack: Stack, parts: Parts, kills: number, disk: string | null, chance: Chance, onKill: (done: number) => void): Promise<Faults> {
  const faults: Faults = { worker: 0, api: 0, runtime: 0, postgres: 0, temporal: 0, 'connections cut': 0, 'disk filled': 0 };
  const underWay: Promise<void>[] = [];
  for (let done = 0; done < kills; ) {
    await sleep(chance(...BETWEEN));
    const name = PARTS[Math.floor(chance(0, PARTS.length))]!;
    // Another crash of the same part may still be under way; of another one it may well be.
    if (!parts.idle(name)) continue;
    underWay.push(parts.crash(name, chance(...DEAD)));
    faults[name]++;
    onKill(++done);
    if (done % CUT_EVERY === 0) {
      await cut(chance(0, 1) < 0.5 ? stack.doors.postgres : stack.doors.temporal, chance(...CUT));
      faults['connections cut']++;
    }
    if (disk && done % FILL_EVERY === 0) {
      await fill(disk, chance(...FULL));
      faults['disk filled']++;
    }
  }
  await Promise.all(underWay);
  return faults;
}

async function cut(door: Stack['doors']['postgres'], ms: number): Promise<void> {
  await door.cut();
  await sleep(ms);
  await door.open();
}

async function fill(folder: string, ms: number): Promise<void> {
  const filled = await fillDisk(folder);
  await sleep(ms);
  await filled.free();
}
