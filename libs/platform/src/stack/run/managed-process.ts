import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '#bootstrap/setup-error';
import type { Guardian } from './guardian.js';
import { signalGroup, stopGroup } from './process-group.js';
import { ProcessLog } from './process-log.js';
import type { ProcessRecords } from './process-record.js';

export interface ProcessSpec {
  /** Also the name of its log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly gid?: number;
  readonly stopSignal: NodeJS.Signals;
  readonly stopGraceMs: number;
  /** A line that the process prints once it serves, or a question that resolves to true once it does. */
  readonly ready: RegExp | (() => Promise<boolean>);
  readonly readyTimeoutMs: number;
}

/** Where processes of one stack keep their logs and records, and who hears of them. */
export interface Supervision {
  readonly dataDir: string;
  readonly guardian: Guardian;
  readonly records: ProcessRecords;
  readonly report: (message: string) => void;
}

const POLL_MS = 50;
const BACKOFF_MS = [200, 500, 1_000, 2_000, 5_000, 10_000];
/** A process that lived this long has earned a quick restart again. */
const STABLE_MS = 60_000;

/** One server in a process group of its own, started again when it dies by itself. */
export class ManagedProcess {
  private child: ChildProcess | undefined;
  private log: ProcessLog | undefined;
  private stopping = false;
  private deaths = 0;
  private restarting: Promise<void> | undefined;
  private readonly abort = new AbortController();

  constructor(
    private readonly spec: ProcessSpec,
    private readonly supervision: Supervision,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  /** Undefined between a death and the restart. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Resolves once the server serves.
   * @returns the match of the ready line, where there is one
   * @throws SetupError with the end of its log when it ends before that, or takes too long
   */
  async start(): Promise<RegExpExecArray | undefined> {
    const match = await this.launch();
    this.restartOnDeath();
    return match;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.abort.abort();
    await this.restarting?.catch(() => {});
    if (this.child !== undefined) await this.end(this.child.pid!, this.spec.stopSignal, this.spec.stopGraceMs);
  }

  private async launch(): Promise<RegExpExecArray | undefined> {
    const { spec } = this;
    this.log?.close();
    const log = (this.log = new ProcessLog(join(this.supervision.dataDir, 'logs', `${spec.name}.log`)));
    const identity = spec.uid === undefined ? {} : { uid: spec.uid, gid: spec.gid ?? spec.uid };
    const child = spawn(spec.command, spec.args, { ...identity, env: { ...process.env, ...spec.env }, stdio: ['ignore', log.fd, log.fd], detached: true });
    await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(new SetupError(`${spec.name} can't be started: ${spec.command} (${error.code})`)))]);
    this.child = child;
    this.supervision.guardian.watch(child.pid!, spec.stopSignal.replace('SIG', ''));
    this.supervision.records.write(spec.name, child.pid!, spec.stopSignal);
    try {
      return await this.untilReady(child, log);
    } catch (error) {
      await this.end(child.pid!, spec.stopSignal, spec.stopGraceMs);
      throw error;
    }
  }

  private async untilReady(child: ChildProcess, log: ProcessLog): Promise<RegExpExecArray | undefined> {
    const { ready, name, readyTimeoutMs } = this.spec;
    const deadline = Date.now() + readyTimeoutMs;
    while (Date.now() < deadline) {
      if (child.exitCode !== null || child.signalCode !== null) throw new SetupError(`${name} ended while it started (${child.exitCode ?? child.signalCode}). The end of ${log.file}:\n${log.tail()}`);
      const answer = ready instanceof RegExp ? (ready.exec(log.written()) ?? false) : await ready();
      if (answer !== false) return answer === true ? undefined : answer;
      await sleep(POLL_MS, undefined, { signal: this.abort.signal });
    }
    throw new SetupError(`${name} did not become ready within ${readyTimeoutMs / 1000} s. The end of ${log.file}:\n${log.tail()}`);
  }

  private restartOnDeath(): void {
    const child = this.child!;
    const startedAt = Date.now();
    const died = (): void => {
      if (this.stopping) return;
      if (Date.now() - startedAt > STABLE_MS) this.deaths = 0;
      this.supervision.report(`${this.name} ended unexpectedly (${child.signalCode ?? child.exitCode}); starting it again`);
      this.restarting = this.restart(child.pid!);
    };
    if (child.exitCode !== null || child.signalCode !== null) died();
    else child.once('exit', died);
  }

  private async restart(deadPid: number): Promise<void> {
    this.child = undefined;
    // Its children must be gone before its successor takes over their port and files.
    await this.end(deadPid, 'SIGKILL', 0);
    while (!this.stopping) {
      const delay = BACKOFF_MS[Math.min(this.deaths++, BACKOFF_MS.length - 1)]!;
      try {
        await sleep(delay, undefined, { signal: this.abort.signal });
        await this.launch();
        this.supervision.report(`${this.name} is back`);
        return this.restartOnDeath();
      } catch (error) {
        if (!this.stopping) this.supervision.report(`${this.name} can't be started again; trying on. ${(error as Error).message}`);
      }
    }
  }

  private async end(pid: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
    if (graceMs > 0) await stopGroup(pid, signal, graceMs);
    else signalGroup(pid, signal);
    this.supervision.guardian.forget(pid);
    this.supervision.records.remove(this.name);
    if (this.child?.pid === pid) this.child = undefined;
  }
}
