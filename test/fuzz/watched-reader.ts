import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';
import type { Outcome, Reading } from './reader.js';

/** Reading one small file takes longer than this on no machine. */
const HANG_MS = 60_000;
const HEAP_MB = 768;

/** Reads files in a process of its own: one that crashes or hangs is told of by name, and another takes its place. */
export class WatchedReader {
  private child: ChildProcess | null = null;
  private n = 0;

  /** @returns as `reader.ts`, or `crash: …`, or `hang`. */
  async read(file: Omit<Reading, 'n'>): Promise<string> {
    const child = (this.child ??= await started());
    const n = this.n++;
    const outcome = await new Promise<string>((resolve) => {
      const timer = setTimeout(() => settle('hang'), HANG_MS);
      const told = (message: Outcome): void => void (message.n === n && settle(message.outcome));
      const died = (code: number | null, signal: string | null): void => settle(`crash: ${signal ?? code}`);
      const settle = (how: string): void => {
        clearTimeout(timer);
        child.off('message', told).off('exit', died);
        resolve(how);
      };
      child.on('message', told).once('exit', died);
      child.send({ ...file, n } satisfies Reading);
    });
    if (outcome === 'hang' || outcome.startsWith('crash')) this.stop();
    return outcome;
  }

  stop(): void {
    this.child?.kill('SIGKILL');
    this.child = null;
  }
}

async function started(): Promise<ChildProcess> {
  const child = fork(join(PROJECT_ROOT, 'test/fuzz/reader.ts'), [], { cwd: PROJECT_ROOT, serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [`--max-old-space-size=${HEAP_MB}`, '--import', './test/setup/source-loader.mjs'], env: { ...process.env, NODE_OPTIONS: '' } });
  await new Promise<void>((resolve, reject) => child.once('message', () => resolve()).once('exit', (code) => reject(new Error(`the reader ended with ${code} before it was ready`))));
  return child;
}
