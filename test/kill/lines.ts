import { existsSync, readFileSync } from 'node:fs';

export type Line = { key: string; pid: number; line: string };

/** What the tools of `hands` wrote to a file. */
export function linesOf(path: string): Line[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return text.split('\n').filter(Boolean).map((l) => {
    const [key, pid, line] = l.split(' ');
    return { key: key!, pid: Number(pid), line: line! };
  });
}
