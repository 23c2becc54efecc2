import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { Signatures, type SignatureCount } from './signatures.js';
import { TimeLine, type TimeBucket } from './time-line.js';

export type Frame = { path: string; line: number; count: number };

export type LogReport = {
  lines: number;
  bytes: number;
  /** Lines that speak of something going wrong, by what is the same in them; the most frequent first. */
  signatures: (SignatureCount & { frames: Frame[] })[];
  /** Such lines over time; empty where lines bear no time that is understood. */
  timeLine: TimeBucket[];
  /** Source lines that stack traces name, the most frequent first. */
  frames: Frame[];
};

const TROUBLE = /\b(error|err|fatal|critical|severe|panic|emerg|alert|exception|traceback|fail(ed|ure)?|assert(ion)?|segfault|oom|killed|timed? ?out|refused|denied|corrupt)\b|\b\w+(Error|Exception)\b|\[E\]|^E\d{4} /i;
const HARMLESS = /\b(0 (errors|failures)|no errors?|errors?[:=] ?0)\b/i;
const FRAME = /File "([^"]+)", line (\d+)|\(?((?:[\w@.~-]*\/)*[\w@.~-]+\.(?:[cm]?[jt]sx?|py|go|rs|java|rb|php|cs|c|cc|cpp|h|kt|scala|ex)):(\d+)/g;
const TRACE = /^\s+(at |File "|from |\d+: |#\d+ )|^\s*(Traceback|Caused by)/;
const MAX_LINE = 8_192;
/** Lines after one that begins a trace in which its frames are looked for. */
const TRACE_LINES = 60;
const MAX_FRAMES = 2_000;
const SHOWN = 30;

/** Reads a log of any size once, in memory that does not grow with it. */
export async function analyse(file: string): Promise<LogReport> {
  const signatures = new Signatures();
  const timeLine = new TimeLine();
  const frames = new Map<string, number>();
  const framesOf = new Map<string, Map<string, number>>();
  let bytes = 0;
  let n = 0;
  let current: string | null = null;
  let left = 0;
  const noteFrames = (line: string): void => {
    for (const match of line.matchAll(FRAME)) {
      const key = `${match[1] ?? match[3]}:${match[2] ?? match[4]}`;
      count(frames, key);
      if (current === null) continue;
      let own = framesOf.get(current);
      if (!own) framesOf.set(current, (own = new Map()));
      count(own, key, 50);
    }
  };
  const take = (line: string): void => {
    n++;
    const inTrace = left > 0 && TRACE.test(line);
    if (left > 0) left--;
    if (!inTrace && TROUBLE.test(line) && !HARMLESS.test(line)) {
      current = signatures.add(line, n);
      left = TRACE_LINES;
      timeLine.add(line);
      if (framesOf.size > 500) framesOf.clear();
    }
    if (left > 0) noteFrames(line);
  };
  await eachLine(file, take, (more) => (bytes += more));
  return {
    lines: n,
    bytes,
    signatures: signatures.top(SHOWN).map((s) => ({ ...s, frames: sorted(framesOf.get(s.signature) ?? new Map()).slice(0, 5) })),
    timeLine: timeLine.buckets(),
    frames: sorted(frames).slice(0, SHOWN),
  };
}

/** New keys are dropped once there are too many: what is frequent came before that. */
function count(counts: Map<string, number>, key: string, max = MAX_FRAMES): void {
  const before = counts.get(key);
  if (before !== undefined || counts.size < max) counts.set(key, (before ?? 0) + 1);
}

function sorted(counts: Map<string, number>): Frame[] {
  return [...counts].sort((a, b) => b[1] - a[1]).map(([key, times]) => ({ path: key.slice(0, key.lastIndexOf(':')), line: Number(key.slice(key.lastIndexOf(':') + 1)), count: times }));
}

async function eachLine(file: string, take: (line: string) => void, note: (bytes: number) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
    note((chunk as Buffer).length);
    const parts = (rest + decoder.write(chunk as Buffer)).split('\n');
    // A file without line ends must not be gathered up in memory.
    rest = parts.pop()!.slice(0, MAX_LINE);
    for (const line of parts) take(line.length > MAX_LINE ? line.slice(0, MAX_LINE) : line);
  }
  if (rest) take(rest);
}
