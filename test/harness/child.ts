import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { once } from 'node:events';

export type ChildOptions = {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** File that its output is appended to. */
  log: string;
  /** Line of its output that says it is ready. */
  ready?: RegExp;
};

const alive = new Set<ChildProcess>();
// A test run that is interrupted leaves no process behind.
process.once('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

/** A process of its own, in a process group of its own, that tests kill and start again with the same command. */
export class Child {
  #child: ChildProcess | null = null;
  /** The line that said it was ready. */
  readyLine = '';

  constructor(
    readonly name: string,
    readonly options: ChildOptions,
  ) {}

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it and resolves once its ready line came (or at once, where it has none). */
  async start(): Promise<void> {
    const { command, args, env, log, ready } = this.options;
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    alive.add(child);
    child.once('exit', () => alive.delete(child));
    let last = '';
    child.stderr.on('data', (chunk: Buffer) => {
      note(log, chunk);
      last = (last + chunk.toString()).slice(-2_000);
    });
    let text = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`${this.name} ended (${signal ?? code}) before it was ready:\n${last}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        note(log, chunk);
        if (!ready || this.#child !== child) return;
        text = (text + chunk.toString()).slice(-65_536);
        const line = text.split('\n').find((l) => ready.test(l));
        if (!line) return;
        this.readyLine = line;
        resolve();
      });
      if (!ready) resolve();
    });
  }

  /** As a crash: no handler runs. Resolves once it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#end(signal);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#child || !this.running) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    await gone;
  }
}

/** A test may leave the log's disk no room: the part goes on without its words. */
function note(log: string, chunk: Buffer): void {
  try {
    appendFileSync(log, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
