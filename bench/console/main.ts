import { installedBrowser, launch, Tab } from '#test/harness/browser';
import { startConsole } from '#test/browser/console-only';
import { measureLists, type Usable } from '#test/browser/usable';
import { createPool } from '#store';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { startOwnPostgres } from '../world/postgres.js';

const COMMAND = 'npm run bench:console';
const options = parseMeasureOptions(COMMAND, [], { runs: { usage: '--runs N       runs in the list (default 5000)' }, steps: { usage: '--steps N      steps of the long run (default 10000)' }, tries: { usage: '--tries N      each measured so often, the middle one is told (default 3)' } });
const number = (name: string, usual: number): number => Number(options.more[name] ?? usual);
const sizes = { runs: number('runs', 5_000), steps: number('steps', 10_000) };

/** The console in a browser, over an API and a Postgres of the measurement's own; no model and no Temporal take part. */
const executable = installedBrowser();
if (!executable) throw new Error('Chromium is needed: install it, or name one in HOLDFAST_BROWSER.');
const tries: Usable[][] = [];
for (let n = 0; n < number('tries', 3); n++) {
  console.error(`• try ${n + 1}`);
  const postgres = await startOwnPostgres(false);
  const pool = createPool(postgres.url, { name: 'holdfast-bench' });
  const api = await startConsole(postgres.url);
  const browser = await launch(executable);
  try {
    const tab = await Tab.open(browser, api.url);
    tries.push(await measureLists(tab, pool, sizes));
    if (tab.wrong.length > 0) throw new Error(tab.wrong.join('\n'));
  } finally {
    await browser.close();
    await api.close();
    await pool.end();
    await postgres.stop();
  }
}

const middle = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const rows = tries[0]!.map(({ what }, at): Row => {
  const told = (of: (one: Usable) => number): number => Math.round(middle(tries.map((one) => of(one[at]!))));
  return { page: what, 'usable after ms': told((one) => one.usableMs), 'all read after ms': told((one) => one.allMs), 'frame ms, median': told((one) => one.frames.median), 'frame ms, 95 %': told((one) => one.frames.p95), 'longest frame ms': told((one) => one.frames.longest), 'rows in the page': told((one) => one.inPage) };
});
printTable('The console, large', rows);
const metrics = Object.fromEntries(rows.flatMap((row) => Object.entries(row).flatMap(([name, value]) => (typeof value === 'number' ? [[`${String(row['page'])}: ${name}`, value]] : []))));
await writeJson(options.json, COMMAND, metrics, rows);
