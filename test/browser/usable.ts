import type { Page } from 'playwright-core';
import type { Pool } from '#store';
import type { Tab } from '../harness/browser.js';
import { type Frames, framesWhileScrolling } from './frames.js';
import { longRun, manyRuns } from './large.js';

/** The page's own. */
declare function requestIdleCallback(then: () => void): void;

/** `usableMs`: from the address to the first rows shown and the page idle, so that it answers. `inPage`: rows in the page while it shows a few of all. */
export type Usable = { what: string; usableMs: number; allMs: number; frames: Frames; inPage: number };

/** Opens the list of runs and one long run, and scrolls each. */
export async function measureLists(tab: Tab, pool: Pool, sizes: { runs: number; steps: number }): Promise<Usable[]> {
  await manyRuns(pool, sizes.runs);
  const { runId } = await longRun(pool, sizes.steps);
  const { page } = tab;
  const begin = async (path: string, ready: () => Promise<unknown>): Promise<{ begun: number; usableMs: number }> => {
    const begun = performance.now();
    await tab.go(path);
    await ready();
    await idle(page);
    return { begun, usableMs: Math.round(performance.now() - begun) };
  };
  const since = (begun: number): number => Math.round(performance.now() - begun);

  const list = await begin('/runs?tag=many', () => page.getByRole('row').nth(10).waitFor());
  const listFrames = await framesWhileScrolling(page, '.rows');
  const rows = await page.getByRole('row').count();
  const run = await begin(`/runs/${runId}`, () => page.getByRole('article').first().waitFor());
  await page.getByText(`${sizes.steps} steps`, { exact: true }).waitFor({ timeout: 60_000 });
  const allMs = since(run.begun);
  const runFrames = await framesWhileScrolling(page, '.steps');
  const cards = await page.getByRole('article').count();
  await page.getByRole('button', { name: 'Last', exact: true }).click();
  await page.getByRole('article', { name: `Step ${sizes.steps}` }).waitFor();
  return [
    { what: `${sizes.runs} runs in the list`, usableMs: list.usableMs, allMs: list.usableMs, frames: listFrames, inPage: rows },
    { what: `${sizes.steps} steps in a run`, usableMs: run.usableMs, allMs, frames: runFrames, inPage: cards },
  ];
}

const idle = (page: Page): Promise<void> => page.evaluate(() => new Promise<void>((done) => requestIdleCallback(() => done())));
