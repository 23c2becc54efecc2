import { spawn } from 'node:child_process';
import { PROJECT_ROOT } from '#platform';

export type Ended = { code: number | null; out: string; err: string };
const COMMAND = ['--import', './test/setup/source-loader.mjs', 'apps/cli/src/main.ts'];

/** The command line as a process of its own. */
export const holdfast = (args: string[], env: Record<string, string>): Promise<Ended> => ended(process.execPath, [...COMMAND, ...args], env);

/**
 * The same before a terminal, by util-linux's `script`: what goes to it, in one text, and what a person types is `typed`,
 * a line each time the text shows what the line answers.
 */
export function holdfastOnTerminal(args: string[], env: Record<string, string>, typed: [shown: RegExp, line: string][] = []): Promise<Ended> {
  const command = [process.execPath, ...COMMAND, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return ended('script', ['--quiet', '--return', '--command', command, '/dev/null'], { TERM: 'xterm', ...env }, typed);
}

function ended(command: string, args: string[], env: Record<string, string>, typed: [shown: RegExp, line: string][] = []): Promise<Ended> {
  const child = spawn(command, args, { cwd: PROJECT_ROOT, env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: undefined, FORCE_COLOR: undefined, ...env } });
  let [out, err, read] = ['', '', 0];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    const found = typed[0]?.[0].exec(out.slice(read));
    if (!found) return;
    read += found.index + found[0].length;
    child.stdin.write(`${typed.shift()![1]}\r`);
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, out, err })));
}

export const json = <T>(text: string): T => JSON.parse(text) as T;
export const lines = <T>(text: string): T[] => text.trim().split('\n').map((line) => json<T>(line));
