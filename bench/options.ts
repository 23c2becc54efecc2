import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT_ROOT } from '#platform';

export type MeasureOptions = {
  /** Folder with data sets; may be missing. */
  data: string | null;
  only: string | null;
  full: boolean;
  json: string | null;
  /** What was given of the command's own options. */
  more: Record<string, string | undefined>;
};

/** Options of one command beside those that all have: their line of the help, and what their value must be. Each takes one. */
export type MoreOptions = Record<string, { usage: string; oneOf?: readonly string[]; /** A number from 1 on. */ whole?: boolean }>;

const HELP = `
  --data DIR    data sets, laid out like the data folder (default: ../shared/data where present)
  --only NAME   one part only
  --full        the long parts too
  --json FILE   write {command, commit, machine, metrics, rows} as JSON
`;

/** The options that every measuring command takes. Ends the process after `--help` or a bad option. */
export function parseMeasureOptions(command: string, parts: string[], more: MoreOptions = {}): MeasureOptions {
  try {
    const own = Object.fromEntries(Object.keys(more).map((name) => [name, { type: 'string' as const }]));
    const { values } = parseArgs({ options: { ...own, data: { type: 'string' }, only: { type: 'string' }, full: { type: 'boolean' }, json: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help) {
      const usage = Object.values(more).map((m) => `  ${m.usage}\n`);
      console.log(`${command}\n${HELP}${usage.join('')}${parts.length ? `\nparts: ${parts.join(', ')}` : ''}`);
      process.exit(0);
    }
    if (values.only && !parts.includes(values.only)) throw new Error(`there is no part ${values.only}; the parts are ${parts.join(', ')}`);
    for (const [name, { oneOf, whole }] of Object.entries(more)) {
      const given = (values as Record<string, string | undefined>)[name];
      if (given === undefined) continue;
      if (oneOf && !oneOf.includes(given)) throw new Error(`there is no --${name} ${given}; there are ${oneOf.join(', ')}`);
      if (whole && !/^[1-9]\d{0,8}$/.test(given)) throw new Error(`--${name} takes a whole number from 1 on, not ${given}`);
    }
    const beside = join(PROJECT_ROOT, '../shared/data');
    return { data: values.data ?? (existsSync(beside) ? beside : null), only: values.only ?? null, full: values.full ?? false, json: values.json ?? null, more: Object.fromEntries(Object.keys(more).map((name) => [name, (values as Record<string, string | undefined>)[name]])) };
  } catch (error) {
    console.error(`${command}: ${(error as Error).message}`);
    process.exit(2);
  }
}

export type Row = Record<string, string | number>;

/** Prints rows as a table with aligned columns. */
export function printTable(title: string, rows: Row[]): void {
  if (!rows.length) return;
  const columns = Object.keys(rows[0]!);
  const width = (c: string): number => Math.max(c.length, ...rows.map((r) => String(r[c] ?? '').length));
  const line = (cell: (c: string) => string): string => `| ${columns.map((c) => cell(c).padEnd(width(c))).join(' | ')} |`;
  console.log(`\n${title}\n\n${line((c) => c)}\n${line((c) => '-'.repeat(width(c)))}\n${rows.map((r) => line((c) => String(r[c] ?? ''))).join('\n')}`);
}

export async function writeJson(file: string | null, command: string, metrics: Record<string, number>, rows: Row[]): Promise<void> {
  if (!file) return;
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  await writeFile(file, `${JSON.stringify({ command, commit: commit(), machine, metrics, rows }, null, 2)}\n`);
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
