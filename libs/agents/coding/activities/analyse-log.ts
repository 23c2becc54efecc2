import type { ToolResult } from '#activities';
import { basename } from 'node:path';
import type { z } from 'zod';
import { analyse, existing, type Frame, gitText, listFiles, type LogReport } from '#workspace';
import type { toolArgs } from '../contract.js';
import type { Work } from './setting.js';

type Args<T extends keyof typeof toolArgs> = z.output<(typeof toolArgs)[T]>;
type Suspect = { path: string; line: number; count: number; commit: string };

const SHOWN = 15;
const SUSPECTS = 5;

/** What a log complains of, and which lines of the repository, last changed by which commit, its stack traces name. */
export async function analyseLog(work: Work, { path }: Args<'analyse_log'>): Promise<ToolResult> {
  const report = await analyse(await fileOf(work, path));
  return { content: words(report, await suspectsOf(work, report.frames)) };
}

/** A log that the run was given, by its path or its name, else a file of the tree. */
async function fileOf({ input, settings, ws }: Work, path: string): Promise<string> {
  const given = (input.logs ?? []).find((log) => log === path || basename(log) === path);
  return given ? settings.workspaces.allowedFile(given) : existing(ws.place.tree, path);
}

/** A frame's path ends like a file's of the repository, wherever that lay when the log was written. */
async function suspectsOf({ ws, commit }: Work, frames: Frame[]): Promise<Suspect[]> {
  const files = await listFiles(ws.place);
  const suspects: Suspect[] = [];
  for (const frame of frames) {
    const path = files.filter((f) => frame.path === f || frame.path.endsWith(`/${f}`) || f.endsWith(`/${frame.path}`)).sort((a, b) => b.length - a.length)[0];
    if (!path) continue;
    suspects.push({ path, line: frame.line, count: frame.count, commit: await lastChange(ws.place.gitDir, commit, path, frame.line) });
    if (suspects.length === SUSPECTS) break;
  }
  return suspects;
}

async function lastChange(gitDir: string, commit: string, path: string, line: number): Promise<string> {
  try {
    const hash = (await gitText(['blame', '-s', '--no-progress', '-L', `${line},${line}`, commit, '--', path], { gitDir })).split(/[ ^]/).find(Boolean)!;
    return (await gitText(['log', '-1', '--date=short', '--format=%h %ad %s', hash], { gitDir })).trim();
  } catch {
    return 'unknown';
  }
}

function words({ lines, bytes, signatures, timeLine }: LogReport, suspects: Suspect[]): string {
  if (signatures.length === 0) return `${lines} lines, ${bytes} bytes; none speaks of an error.`;
  const kinds = signatures.slice(0, SHOWN).map((s) => `${s.count} × ${s.signature}\n    first in line ${s.firstLine}, last in ${s.lastLine}: ${s.example}${s.frames[0] ? `\n    at ${s.frames.slice(0, 3).map((f) => `${f.path}:${f.line}`).join(', ')}` : ''}`);
  const times = timeLine.map((b) => `${b.from} +${b.seconds}s: ${b.count}`);
  return [
    `${lines} lines, ${bytes} bytes. Lines that speak of an error, by kind:`, ...kinds,
    ...(times.length ? ['Over time:', ...times] : []),
    ...(suspects.length ? ['Lines of this repository in stack traces, and the commit that last changed them:', ...suspects.map((s) => `${s.count} × ${s.path}:${s.line} — ${s.commit}`)] : []),
  ].join('\n');
}
