import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '#bootstrap/process-identity';
import { stopGroup } from './process-group.js';

interface ProcessRecord {
  readonly pid: number;
  /** Tells the process apart from a later one with its number. */
  readonly identity: string;
  readonly stopSignal: NodeJS.Signals;
}

const LEFTOVER_GRACE_MS = 10_000;

/** Which processes a stack runs, kept in its data folder for the start after a crash. */
export class ProcessRecords {
  private readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'run', 'processes');
    mkdirSync(this.folder, { recursive: true });
  }

  write(name: string, pid: number, stopSignal: NodeJS.Signals): void {
    const identity = processIdentity(pid);
    if (identity === undefined) return;
    const file = join(this.folder, `${name}.json`);
    writeFileSync(`${file}.tmp`, JSON.stringify({ pid, identity, stopSignal } satisfies ProcessRecord));
    renameSync(`${file}.tmp`, file);
  }

  remove(name: string): void {
    rmSync(join(this.folder, `${name}.json`), { force: true });
  }

  /** Stops what a supervisor that died left running. A number that now belongs to another process is left alone. */
  async stopLeftovers(report: (message: string) => void): Promise<void> {
    for (const file of readdirSync(this.folder).filter((name) => name.endsWith('.json'))) {
      const record = readRecord(join(this.folder, file));
      if (record !== undefined && processIdentity(record.pid) === record.identity) {
        report(`Stopping ${file.replace(/\.json$/, '')} (process ${record.pid}), left by a start that ended without cleaning up`);
        await stopGroup(record.pid, record.stopSignal, LEFTOVER_GRACE_MS);
      }
      rmSync(join(this.folder, file), { force: true });
    }
  }
}

function readRecord(file: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
  } catch {
    return undefined;
  }
}
