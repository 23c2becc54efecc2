import { mkdirSync } from 'node:fs';
import type { Report } from '../setup/tools.js';
import { claimDataFolder } from './data-folder.js';
import { Guardian } from './guardian.js';
import type { ManagedProcess, Supervision } from './managed-process.js';
import { ProcessRecords } from './process-record.js';

/** Processes that belong together, over one data folder, from the first start to the last stop. */
export class ProcessSet {
  private readonly processes: { readonly process: ManagedProcess; readonly stopOrder: number }[] = [];

  private constructor(
    readonly supervision: Supervision,
    private readonly release: () => void,
  ) {}

  /**
   * Takes the data folder for this process and stops what a killed predecessor left running in it.
   * @throws SetupError when another process holds the folder
   */
  static async open(dataDir: string, report: Report): Promise<ProcessSet> {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const release = await claimDataFolder(dataDir, report);
    const records = new ProcessRecords(dataDir);
    await records.stopLeftovers(report);
    return new ProcessSet({ dataDir, guardian: new Guardian(), records, report }, release);
  }

  /** @param stopOrder lower ones stop first; equal ones together */
  add(process: ManagedProcess, stopOrder: number): void {
    this.processes.push({ process, stopOrder });
  }

  pids(): Record<string, number | undefined> {
    return Object.fromEntries(this.processes.map(({ process }) => [process.name, process.pid]));
  }

  async stop(): Promise<void> {
    for (const order of [...new Set(this.processes.map(({ stopOrder }) => stopOrder))].sort((a, b) => a - b)) {
      await Promise.all(this.processes.filter(({ stopOrder }) => stopOrder === order).map(({ process }) => process.stop()));
    }
    this.supervision.guardian.close();
    this.release();
  }
}
