import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { LOCAL_TENANT } from '#contracts';
import { saveFindings, withTx } from '#store';
import { installedBrowser, type Tab } from '../harness/browser.js';
import { modelOf } from '../harness/scenario.js';
import { ASKING, ConsoleStack, STUCK } from './console-stack.js';
import type { Frames } from './frames.js';
import { measureLists, type Usable } from './usable.js';

jest.setTimeout(90_000);
const BROWSER = installedBrowser();
const described = BROWSER ? describe : describe.skip;

described('the console in a browser', () => {
  let all: ConsoleStack;
  let tab: Tab;
  let page: Page;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-browser-'));
    file = join(folder, 'lines');
    all = await ConsoleStack.probing(BROWSER!, file);
  });
  afterAll(async () => {
    await all?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    tab = await all.tab();
    page = tab.page;
  });
  afterEach(async () => {
    await tab.close();
    expect(tab.wrong).toEqual([]);
  });

  const status = (): ReturnType<Page['locator']> => page.getByRole('status', { name: 'Status of the run' });
  const untilStatus = (words: string): Promise<void> => status().getByText(words, { exact: true }).waitFor();
  async function openRun(model: string, input: Record<string, unknown> = { steps: 3 }): Promise<string> {
    const { body } = await all.stack.post<{ id: string }>('/runs', { agent: 'probe', input, model });
    await tab.go(`/runs/${body.id}`);
    return body.id;
  }

  it('starts a run from its form and shows it live, through a connection that breaks', async () => {
    await tab.go('/runs');
    await page.getByRole('button', { name: 'Start a run' }).click();
    const form = page.getByRole('dialog', { name: 'Start a run' });
    await form.getByRole('combobox', { name: 'Agent' }).click();
    await page.getByRole('option', { name: 'Probe' }).click();
    await form.getByLabel('Steps', { exact: true }).fill('8');
    await form.getByRole('button', { name: 'Model, limits, tags' }).click();
    await form.getByRole('combobox', { name: 'Model' }).fill(modelOf({ steps: 8, delayMs: 700, words: 60 }));
    await form.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL(/\/console\/runs\/[0-9a-f-]{36}$/);
    await page.locator('[data-open-text]').filter({ hasText: /\S{4,} .{40,}/ }).waitFor();
    await page.getByRole('article', { name: 'Step 2' }).waitFor();

    await all.door.cut();
    await page.locator('[data-connection="reconnecting"]').waitFor();
    await all.door.open();
    await page.locator('[data-connection="live"]').waitFor();
    await untilStatus('completed');
    await page.getByText('9 steps', { exact: true }).waitFor();
    expect(await page.getByRole('slider', { name: 'Drift by step' }).getAttribute('aria-valuetext')).toMatch(/^step 9: overthinking 0\.\d\d/);
    await page.getByRole('button', { name: 'First', exact: true }).click();
    await page.getByRole('article', { name: 'Step 1', exact: true }).getByText(/calls/).waitFor();
    expect(await page.getByRole('article', { name: 'Step 1', exact: true }).innerText()).toMatch(/read_filler/);
  });

  it('pauses, takes a message, rewinds, forks, compares and cancels', async () => {
    await openRun(modelOf({ steps: 40, delayMs: 150 }), { steps: 40 });
    await page.getByRole('article', { name: 'Step 3', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await untilStatus('paused');
    await page.keyboard.press('m');
    await page.keyboard.type('Look at the second page.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('The run reads it before its next step.').waitFor();
    await page.getByRole('button', { name: 'First', exact: true }).click();
    await page.getByRole('button', { name: 'More about step 1', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Rewind to here' }).click();
    await page.getByLabel('Lesson').fill('The first way led nowhere.');
    await page.getByRole('button', { name: 'Rewind', exact: true }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('after 1', { exact: true }).first().waitFor();
    await page.getByText('left', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await untilStatus('cancelled');

    // The branch that was left, beside the one that it went on with.
    const first = page.url();
    await page.getByRole('button', { name: 'First', exact: true }).click();
    await page.getByRole('button', { name: 'More about step 3', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Compare this branch' }).click();
    await page.getByText(/They share 1 steps; .* the other 2\./).waitFor();
    for (const side of ['This one', 'The other']) {
      const card = page.getByRole('region', { name: side, exact: true });
      expect(await card.getByRole('slider', { name: `Drift of ${side.toLowerCase()}` }).getAttribute('aria-valuetext')).toMatch(/^step \d+: overthinking 0\.\d\d/);
      expect(await card.innerText()).toMatch(/Tools\s+read_filler \d/);
    }
    expect(await page.getByRole('table', { name: 'Steps of both' }).getByRole('row').nth(1).innerText()).toMatch(/step \d+: read_filler[^]*step 2: read_filler/);
    expect(await tab.barriers()).toEqual([]);
    await page.getByRole('link', { name: 'Back to the run' }).click();

    await page.getByRole('button', { name: 'First', exact: true }).click();
    await page.getByRole('button', { name: 'More about step 1', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Fork from here' }).click();
    await page.getByLabel('Model').fill(modelOf({ steps: 2 }));
    await page.getByRole('button', { name: 'Fork', exact: true }).click();
    await page.waitForURL((url) => !first.startsWith(url.href.split('?')[0]!) && /runs\/[0-9a-f-]{36}/.test(url.href));
    await untilStatus('completed');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByLabel('Id of the other run').fill(/runs\/([0-9a-f-]{36})/.exec(first)![1]!);
    await page.getByRole('dialog').getByRole('button', { name: 'Compare' }).click();
    await page.getByText(/They share 1 steps/).waitFor();
    expect(await tab.barriers()).toEqual([]);
  });

  it('shows drift: the scores, what was done about them, and the signals behind a point', async () => {
    await openRun(STUCK, { steps: 30 });
    await untilStatus('waits for a person');
    await page.getByRole('list', { name: 'Steering actions' }).getByRole('button').first().waitFor();
    const plot = page.getByRole('slider', { name: 'Drift by step' });
    const box = (await plot.locator('.u-over').boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForURL(/step=\d+/);
    const details = page.getByRole('complementary', { name: 'Details' });
    const chosen = Number(new URL(page.url()).searchParams.get('step'));
    await details.getByRole('heading', { name: `Step ${chosen}` }).waitFor();
    await plot.press('ArrowRight');
    await details.getByRole('heading', { name: `Step ${chosen + 1}` }).waitFor();
    await plot.press('End');
    await details.getByText('Signals behind it').waitFor();
    expect(await details.innerText()).toMatch(/Exact repeat/);
    expect(await tab.barriers()).toEqual([]);
  });

  it('asks a person in the inbox, and goes on with what they made of it', async () => {
    const { body } = await all.stack.post<{ id: string }>('/runs', { agent: 'probe', input: { steps: 1 }, model: ASKING });
    await tab.go('/approvals');
    const card = page.getByRole('region', { name: 'Approval of append_approved' });
    await card.getByText('as the model has it').waitFor();
    expect(await tab.barriers()).toEqual([]);
    await card.getByRole('button', { name: 'Edit' }).click();
    await card.getByRole('textbox', { name: 'Arguments' }).fill(JSON.stringify({ path: file, line: 'as a person has it' }));
    await card.getByRole('textbox', { name: 'Words to the run' }).fill('Said better.');
    await card.getByRole('button', { name: 'Approve as edited' }).click();
    await page.getByText('Nothing waits for you').waitFor();
    await tab.go(`/runs/${body.id}`);
    await untilStatus('completed');
    expect(readFileSync(file, 'utf8')).toContain('as a person has it');
  });

  it('takes files into a corpus, with the state of each', async () => {
    writeFileSync(join(folder, 'note.txt'), 'The lamp was found in the cellar, behind the third barrel. It still held oil.');
    writeFileSync(join(folder, 'broken.pdf'), '%PDF-1.7 nothing of a document');
    await tab.go('/corpora');
    await page.getByLabel('Name of a new corpus').fill('Notes');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByText('Choose files').waitFor();
    await page.locator('input[type=file]').setInputFiles([join(folder, 'note.txt'), join(folder, 'broken.pdf')]);
    await page.locator('[data-upload="note.txt"]').getByText('done', { exact: true }).waitFor();
    await page.locator('[data-upload="broken.pdf"]').getByText('failed', { exact: true }).waitFor();
    await page.getByRole('cell', { name: /note\.txt/ }).first().waitFor();
    await page.getByLabel('Search this corpus').fill('lamp');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByText(/behind the third barrel/).waitFor();
    expect(await tab.barriers()).toEqual([]);
  });

  it('starts a batch, shows it fill, and tries again what was cancelled of another', async () => {
    await tab.go('/batches');
    await page.getByRole('button', { name: 'Start a batch' }).click();
    const form = page.getByRole('dialog', { name: 'Start a batch' });
    await form.getByLabel('Name').fill('Nightly');
    await form.getByRole('combobox', { name: 'Agent' }).click();
    await page.getByRole('option', { name: 'Probe' }).click();
    await form.getByLabel('Items').fill(['a', 'b'].map((key) => JSON.stringify({ key, input: { steps: 1 } })).join('\n'));
    await form.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: 'Batch Nightly' }).waitFor();
    await page.getByText('2 of 2', { exact: true }).waitFor({ timeout: 30_000 });
    const rows = page.getByRole('table', { name: 'Items' }).getByRole('row');
    await rows.nth(2).getByText('completed', { exact: true }).waitFor();
    expect(await rows.nth(1).innerText()).toMatch(/a\s+completed\s+1\s+\{"steps":\d+\}/);
    expect(await tab.barriers()).toEqual([]);
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'failed', exact: true }).click();
    await rows.nth(1).waitFor({ state: 'hidden' });

    const slow = { run: { agent: 'probe', model: modelOf({ steps: 40, delayMs: 200 }), tags: [] }, maxConcurrency: 2, items: [{ key: 'a', input: { steps: 40 } }] };
    const { body } = await all.stack.post<{ id: string }>('/batches', slow);
    await tab.go(`/batches/${body.id}`);
    await rows.nth(1).getByText('running', { exact: true }).waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await rows.nth(1).getByText('cancelled', { exact: true }).waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Try again what failed' }).click();
    await rows.nth(1).getByText('running', { exact: true }).waitFor({ timeout: 30_000 });
    await rows.nth(1).getByRole('link').click();
    await untilStatus('running');
  });

  it('makes a schedule, shows its next times, fires it, backfills and pauses it', async () => {
    await tab.go('/schedules');
    await page.getByRole('button', { name: 'Make a schedule' }).click();
    const form = page.getByRole('dialog', { name: 'Make a schedule' });
    await form.getByLabel('Name').fill('Mornings');
    await form.getByRole('combobox', { name: 'Agent' }).click();
    await page.getByRole('option', { name: 'Probe' }).click();
    await form.getByRole('button', { name: 'Make it' }).click();
    const card = page.getByRole('region', { name: 'Mornings' });
    await card.getByRole('list', { name: 'Next times' }).getByRole('listitem').nth(4).waitFor();
    expect(await tab.barriers()).toEqual([]);
    await card.getByRole('button', { name: 'Fire now' }).click();
    await card.getByRole('list', { name: 'Latest fires' }).getByRole('link', { name: 'run' }).waitFor({ timeout: 30_000 });
    await card.getByRole('button', { name: 'Backfill' }).click();
    const fill = page.getByRole('dialog', { name: 'Fire for times that have passed' });
    // Monday to Friday of one week, and nothing of its weekend.
    await fill.getByLabel('From').fill('2026-01-05T00:00');
    await fill.getByLabel('To').fill('2026-01-11T23:00');
    await fill.getByText('5 times fall into this range.').waitFor();
    await fill.getByRole('button', { name: 'Fire them' }).click();
    await page.getByText('The missed times are being fired.').waitFor();
    await card.getByRole('button', { name: 'Pause' }).click();
    await card.getByText('paused', { exact: true }).waitFor();
  });

  it('shows a runtime with its slots, its queues and what the doctor found, and says which models fit', async () => {
    await tab.go('/runtimes');
    const runtime = page.getByRole('region', { name: /^Runtime / });
    await runtime.getByText(/4 slots/).waitFor();
    await runtime.getByText(/: \d+ waiting.*\d gates/).first().waitFor();
    const id = (await runtime.getByRole('heading', { level: 2 }).innerText()).trim();
    const finding = { probe: 'stream', title: 'Streaming', verdict: 'failed' as const, detail: 'all came at once', remedy: 'Update the runtime.', numbers: {} };
    await withTx(all.stack.loop.pool, LOCAL_TENANT, (tx) => saveFindings(tx, LOCAL_TENANT, { runtimeId: id, model: 'gemma', version: '1', examinedAt: new Date().toISOString(), findings: [finding], off: [], toolMode: 'native', promptSpeed: 120, outputSpeed: 8.25, loadMs: null, driftDoubtful: true }));
    await page.reload();
    await runtime.getByText(/reads 120 and writes 8\.3 tokens a second/).waitFor();
    expect(await runtime.getByRole('columnheader').allInnerTexts()).toEqual(['Probe', 'Verdict', 'What was seen']);
    expect(await runtime.getByRole('row').nth(1).innerText()).toMatch(/Streaming\s+failed\s+all came at once\s+→ Update the runtime\./);
    await runtime.getByRole('button', { name: 'Examine' }).click();
    await page.getByText('The doctor is at it.').waitFor();
    expect(await tab.barriers()).toEqual([]);
    await tab.go('/models');
    await page.getByText(/ of memory.*cores/).waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(4);
  });

  it('works by keyboard: skips to the content, starts a run, filters', async () => {
    await tab.go('/runs');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to content');
    await page.keyboard.press('n');
    await page.getByRole('dialog', { name: 'Start a run' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Start a run' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    await page.keyboard.type('none-has-this');
    await page.waitForURL(/tag=none-has-this/);
    await page.reload();
    await page.getByText('No run matches').waitFor();
  });

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([['/runs', 'Runs'], ['/runs?new=probe', 'Runs'], ['/corpora', 'Corpora'], ['/cards', 'Flashcards'], ['/worlds', 'Worlds'], ['/schedules', 'Schedules'], ['/batches', 'Batches'], ['/runtimes', 'Runtimes'], ['/models', 'Models']])('%s has no serious barrier', async (path, heading) => {
      const other = await all.tab({ colorScheme, reducedMotion: 'reduce' });
      try {
        await other.go(path);
        await other.page.getByRole('heading', { name: heading, level: 1, includeHidden: true }).waitFor();
        await other.page.getByText(/^Loading /).first().waitFor({ state: 'hidden' });
        expect(await other.barriers()).toEqual([]);
        expect(other.wrong).toEqual([]);
      } finally {
        await other.close();
      }
    });
  });

  it('stays usable with 5,000 runs and with 10,000 steps', async () => {
    const [list, steps] = (await measureLists(tab, all.stack.loop.pool, { runs: 5_000, steps: 10_000 })) as [Usable, Usable];
    console.info([list, steps].map(({ what, usableMs, frames }) => `${what}: usable after ${usableMs} ms, frames ${shown(frames)}`).join('; '));
    expect([list.inPage < 80, steps.inPage < 60]).toEqual([true, true]);
    // Far from what is measured, so that a busy machine passes and a page that renders all it has does not.
    expect([list.usableMs < 10_000, steps.usableMs < 10_000, list.frames.median < 100, steps.frames.median < 100]).toEqual([true, true, true, true]);
  });
});

const shown = ({ median, p95, longest }: Frames): string => `${median.toFixed(0)} ms (95 %: ${p95.toFixed(0)}, longest ${longest.toFixed(0)})`;
