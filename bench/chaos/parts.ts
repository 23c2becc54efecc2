import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '#test/harness/stack';

export const PARTS = ['worker', 'api', 'runtime', 'postgres', 'temporal'] as const;
export type PartName = (typeof PARTS)[number];

const LOOK_EVERY_MS = 250;
const TRY_AGAIN_MS = 500;

/** Keeps every part of the stack running: what is killed, or ends for want of another part or of disk, is started again. */
export class Parts {
  /** Parts that somebody is busy with, killing or starting. */
  private readonly held = new Set<PartName>();
  private watching = true;
  private readonly watch: Promise<void>;
  /** How often a part ended that nobody had killed (Postgres does, on a full disk). */
  endedByThemselves = 0;

  constructor(private readonly stack: Stack) {
    this.watch = this.keepRunning();
  }

  idle(name: PartName): boolean {
    return !this.held.has(name) && this.stack[name].running;
  }

  /** Kills the part as a crash does, leaves it dead for `ms`, and starts it again. */
  async crash(name: PartName, ms: number): Promise<void> {
    this.held.add(name);
    try {
      await this.stack[name].kill();
      await sleep(ms);
      await this.startAgain(name);
    } finally {
      this.held.delete(name);
    }
  }

  async untilAllRun(): Promise<void> {
    while (!PARTS.every((name) => this.idle(name))) await sleep(LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.watching = false;
    await this.watch;
  }

  private async keepRunning(): Promise<void> {
    while (this.watching) {
      await sleep(LOOK_EVERY_MS);
      for (const name of PARTS) {
        if (this.held.has(name) || this.stack[name].running) continue;
        this.endedByThemselves++;
        this.held.add(name);
        void this.startAgain(name).finally(() => this.held.delete(name));
      }
    }
  }

  /** A part may not come up while another one is down, or while the disk is full. */
  private async startAgain(name: PartName): Promise<void> {
    while (this.watching) {
      try {
        await this.stack[name].start();
        return;
      } catch {
        await this.stack[name].kill();
        await sleep(TRY_AGAIN_MS);
      }
    }
  }
}
