import { join } from 'node:path';
import { PROJECT_ROOT } from '../../config/project-root.js';

/** Told what is being done, in a sentence for the person who waits. */
export type Report = (message: string) => void;

/** What set-up needs to know: where things are kept, and whom to tell. */
export interface Setup {
  readonly toolsDir: string;
  readonly report: Report;
}

export const TOOLS_DIR = join(PROJECT_ROOT, '.holdfast', 'tools');

/** As npm and this project's pins name it, like linux-x64. */
export const PLATFORM = `${process.platform}-${process.arch}`;
