import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBubblewrap, TOOLS_DIR } from '#platform/stack';
import { createSandbox, findExecutables, giveTo, gitText, identityOf, repoMap, Workspaces } from '#workspace';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { readLog, writeLog } from './log.js';

const options = parseMeasureOptions('bench:workspace: what a sandboxed command, a snapshot, a repository map and a large log cost', ['sandbox', 'snapshot', 'map', 'log']);
const FILES = 5_000;
const MOST_EXTRA_MS = 25;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
chmodSync(folder, 0o755);
const rows: Row[] = [];
const metrics: Record<string, number> = {};

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const round = (ms: number): number => Math.round(ms * 10) / 10;
const wanted = (part: string): boolean => options.only === null || options.only === part;

async function timed(count: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = performance.now();
    await work(i);
    times.push(performance.now() - from);
  }
  return times;
}

function report(what: string, name: string, times: number[], more: { limit?: string; MB?: number } = {}): void {
  metrics[`${name}_median_ms`] = round(median(times));
  metrics[`${name}_least_ms`] = round(Math.min(...times));
  rows.push({ what, 'least ms': round(Math.min(...times)), 'median ms': round(median(times)), 'worst ms': round(Math.max(...times)), runs: times.length, 'MB more': more.MB ?? '', 'at most': more.limit ?? '' });
}

async function sandbox(): Promise<void> {
  const tree = join(folder, 'small');
  mkdirSync(tree);
  await giveTo(tree, identityOf(tree));
  const box = createSandbox({ executables: findExecutables(TOOLS_DIR) });
  const bare = async (): Promise<void> => void (await once(spawn('sh', ['-c', 'true'], { stdio: 'ignore' }), 'close'));
  const boxed = async (): Promise<void> => {
    const { exitCode } = await box.run({ tree, command: 'true' });
    if (exitCode !== 0) throw new Error('the sandbox does not work here');
  };
  await timed(3, bare);
  await timed(3, boxed);
  const count = options.full ? 200 : 40;
  const plain: number[] = [];
  const inside: number[] = [];
  // In turns, so that whatever else the machine does falls on both.
  for (let i = 0; i < count; i++) {
    plain.push(...(await timed(1, bare)));
    inside.push(...(await timed(1, boxed)));
  }
  report('spawn of true', 'bare', plain);
  report('sandboxed true', 'sandboxed', inside, { limit: `bare + ${MOST_EXTRA_MS} ms` });
  metrics['sandbox_extra_median_ms'] = round(median(inside) - median(plain));
}

/** A repository of 5,000 source files in 100 folders. */
async function repository(): Promise<{ all: Workspaces; repo: string }> {
  const repo = join(folder, 'repo');
  for (let d = 0; d < 100; d++) mkdirSync(join(repo, `package${d}`), { recursive: true });
  for (let i = 0; i < FILES; i++) writeFileSync(join(repo, `package${i % 100}`, `module${i}.py`), moduleText(i));
  await gitText(['init', '-q', repo]);
  await gitText(['-C', repo, 'add', '-A']);
  await gitText(['-C', repo, 'commit', '-q', '-m', 'first']);
  return { all: new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] }), repo };
}

const moduleText = (i: number): string => `from package${(i + 1) % 100} import module${(i + 7) % FILES}\n\n\nclass Thing${i}:\n    def method${i}(self, value):\n        return module${(i + 7) % FILES}.function${(i + 7) % FILES}(value)\n\n\ndef function${i}(value):\n    return value + ${i}\n`;

async function onTree(): Promise<void> {
  const { all, repo } = await repository();
  const ws = await all.open('bench', { repo });
  await all.ensure(ws, ws.base);
  if (wanted('snapshot')) {
    let head = ws.base;
    const times = await timed(options.full ? 50 : 15, async (i) => {
      for (const n of [0, 1, 2]) writeFileSync(join(ws.place.tree, `package${n}`, `module${n}.py`), `${moduleText(n)}# ${i}\n`);
      await all.beginChange(ws);
      head = await all.endChange(ws, head, `${i}`);
    });
    report(`snapshot of ${FILES} files, 3 changed`, 'snapshot', times, { limit: '200 ms' });
    report('restore of the base after it', 'restore', await timed(5, async (i) => all.ensure(ws, i % 2 ? head : ws.base)));
  }
  if (wanted('map')) report(`repository map of ${FILES} files`, 'repo_map', await timed(options.full ? 3 : 1, () => repoMap(ws.place, 4_000)), { limit: '10,000 ms' });
}

/** A log ten times as large takes ten times as long, and no more memory. */
async function logs(): Promise<void> {
  const file = join(folder, 'service.log');
  for (const mb of [10, 100, ...(options.full ? [1_000] : [])]) {
    await writeLog(file, mb * 1_000_000);
    const { ms, grownMb, lines } = await readLog(file);
    metrics[`log_${mb}_mb_grown_mb`] = round(grownMb);
    report(`log of ${mb} MB, ${lines} lines`, `log_${mb}_mb`, [ms], { MB: round(grownMb), ...(mb > 10 ? { limit: 'as of 10 MB' } : {}) });
  }
}

try {
  await ensureBubblewrap({ toolsDir: TOOLS_DIR, report: (message) => console.error(message) });
  if (wanted('sandbox')) await sandbox();
  if (wanted('snapshot') || wanted('map')) await onTree();
  if (wanted('log')) await logs();
  printTable('Workspace', rows);
  if (metrics['sandbox_extra_median_ms'] !== undefined) console.log(`\nA sandboxed command takes ${metrics['sandbox_extra_median_ms']} ms more than a bare one (median).`);
  await writeJson(options.json, 'bench:workspace', metrics, rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
