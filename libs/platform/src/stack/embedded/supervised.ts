import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity } from '#bootstrap/process-identity';
import { SetupError } from '#bootstrap/setup-error';
import type { Guard } from './guard.js';

export type PartSpec = {
  name: string;
  command: string;
  args: readonly string[];
  env: Record<string, string | undefined>;
  logFile: string;
  /** Notes the process, so that a later start can end what a killed supervisor left. */
  pidFile: string;
  stopSignal: NodeJS.Signals;
  /** Resolves once the part answers; polled while it runs. */
  ready(line: string): boolean | Promise<boolean>;
  readyMs: number;
  guard: Guard;
  /** Told when it ended without being asked to, and starts again. */
  onRestart(name: string): void;
};

const STOP_MS = 12_000;
const MAX_BACKOFF_MS = 10_000;
/** A part that ran this long is started again at once when it ends. */
const STEADY_MS = 30_000;

/** A server of the stack in a process group of its own: started, watched, started again when it ends, and stopped. */
export class SupervisedPart {
  #child: ChildProcess | null = null;
  #stopping = false;
  #failures = 0;

  private constructor(private readonly spec: PartSpec) {}

  static async start(spec: PartSpec): Promise<SupervisedPart> {
    endLeftover(spec);
    const part = new SupervisedPart(spec);
    await part.#launch();
    return part;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get name(): string {
    return this.spec.name;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      kill(child, this.spec.stopSignal);
      const late = setTimeout(() => kill(child, 'SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.spec.pidFile, { force: true });
  }

  async #launch(): Promise<void> {
    const { spec } = this;
    mkdirSync(dirname(spec.logFile), { recursive: true });
    const log = createWriteStream(spec.logFile, { flags: 'a' });
    const child = spawn(spec.command, spec.args, { env: { ...process.env, ...spec.env } as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    const started = Date.now();
    let output = '';
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-8_192));
    child.stdout!.on('data', keep).pipe(log, { end: false });
    child.stderr!.on('data', keep).pipe(log, { end: false });
    if (child.pid !== undefined) {
      spec.guard.add(child.pid);
      writeFileSync(spec.pidFile, JSON.stringify({ pid: child.pid, identity: processIdentity(child.pid) }));
    }
    let ended: string | null = null;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => {
      ended = String(signal ?? code);
      if (child.pid !== undefined) spec.guard.remove(child.pid);
      log.end();
      if (this.#ready && !this.#stopping) void this.#again(Date.now() - started);
    });
    for (const deadline = started + spec.readyMs; ; await sleep(50)) {
      if (ended !== null) throw new SetupError(`${spec.name} ended (${ended}) before it was ready. Its last words:\n${output.trim().split('\n').slice(-8).join('\n')}\nThe whole log: ${spec.logFile}`);
      if (await spec.ready(output)) break;
      if (Date.now() > deadline) {
        this.#stopping = true;
        kill(child, 'SIGKILL');
        throw new SetupError(`${spec.name} was not ready after ${spec.readyMs / 1_000} s. See ${spec.logFile}.`);
      }
    }
    this.#ready = true;
  }
  #ready = false;

  async #again(ranMs: number): Promise<void> {
    this.#failures = ranMs > STEADY_MS ? 0 : this.#failures + 1;
    this.spec.onRestart(this.spec.name);
    await sleep(Math.min(MAX_BACKOFF_MS, this.#failures * 500));
    if (this.#stopping) return;
    this.#ready = false;
    try {
      await this.#launch();
    } catch {
      if (!this.#stopping) void this.#again(0);
    }
  }
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** Ends what an earlier supervisor left running, known by pid and start time. */
function endLeftover(spec: PartSpec): void {
  let noted: { pid: number; identity: string };
  try {
    noted = JSON.parse(readFileSync(spec.pidFile, 'utf8')) as typeof noted;
  } catch {
    return;
  }
  if (noted.identity && processIdentity(noted.pid) === noted.identity) {
    try {
      process.kill(-noted.pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  rmSync(spec.pidFile, { force: true });
}
