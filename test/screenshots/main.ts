import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { createClient, pause } from '#client';
import { startScriptedRuntime } from '#models/scripted';
import { loadStackConfig, PROJECT_ROOT } from '#platform';
import { type RunningStack, startStack } from '#platform/stack';
import { installedBrowser, launch } from '../harness/browser.js';
import { STEADY_MODEL, STUCK_MODEL, stuckScript } from './stuck-script.js';

/**
 * `npm run screenshots`: pictures for the documentation, from runs that happen while it works. First the research agent
 * on the sample corpus with the embedded model, then a run of a scripted model that gets stuck; one stack's data for both.
 */
const { values } = parseArgs({ options: { out: { type: 'string', default: join(PROJECT_ROOT, 'docs/images') }, 'skip-research': { type: 'boolean' } } });
const MOST_BYTES = 300 * 1_024;
/** A step before the run gets stuck. */
const FORKED_AT = 8;
const WINDOW = { width: 1360, height: 860 };
const report = (message: string): void => console.error(`• ${message}`);

const executable = installedBrowser();
if (!executable) throw new Error('Chromium is needed: install it, or name one in HOLDFAST_BROWSER.');
const data = mkdtempSync(join(tmpdir(), 'holdfast-screenshots-'));
mkdirSync(values.out, { recursive: true });
const browser = await launch(executable);
try {
  if (!values['skip-research']) await withStack({}, research);
  const runtime = await startScriptedRuntime({ script: stuckScript });
  try {
    await withStack({ HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: runtime.url, HOLDFAST_MODEL: 'scripted' }, drift);
  } finally {
    await runtime.stop();
  }
} finally {
  await browser.close();
  rmSync(data, { recursive: true, force: true });
}

async function withStack(env: Record<string, string>, work: (stack: RunningStack) => Promise<void>): Promise<void> {
  const config = loadStackConfig({ ...process.env, ...env, HOLDFAST_DATA_DIR: data, HOLDFAST_PORT: '0' });
  const stack = await startStack({ config, ports: { temporal: 0, ui: 0, postgres: 0 }, report, env: { HOLDFAST_PROBE_AGENT: '1' } });
  try {
    await work(stack);
  } finally {
    await stack.stop();
  }
}

async function research({ apiUrl }: RunningStack): Promise<void> {
  const client = createClient({ baseUrl: apiUrl });
  const { question } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'samples/question.json'), 'utf8')) as { question: string };
  const corpus = await client.createCorpus({ body: { name: 'Sample corpus' } });
  const { id: ingestionId } = await client.addDocuments({ path: { id: corpus.id }, body: { path: join(PROJECT_ROOT, 'samples/documents') } });
  while (['queued', 'running'].includes((await client.getIngestion({ path: { id: corpus.id, ingestionId } })).status)) await pause(500);
  const { id } = await client.createRun({ body: { agent: 'research', corpusId: corpus.id, input: { question, mayRefuse: false }, tags: ['sample'] } });
  await ended(apiUrl, id);
  await picture(browser, 'console-answer', `${apiUrl}/console/runs/${id}`, async (page) => {
    await page.getByRole('tab', { name: 'Result' }).click();
    await page.getByRole('button', { name: /^Source 1/ }).first().click();
    await page.locator('.sheet-mark').first().waitFor();
  });
  await picture(browser, 'console-corpus', `${apiUrl}/console/corpora/${corpus.id}`, (page) => page.getByRole('table').waitFor());
}

async function drift({ apiUrl }: RunningStack): Promise<void> {
  const client = createClient({ baseUrl: apiUrl });
  const { id } = await client.createRun({ body: { agent: 'probe', input: { steps: 40 }, model: STUCK_MODEL, tags: ['drift'] } });
  await ended(apiUrl, id);
  const steps = (await client.listSteps({ path: { id }, query: { limit: 200 } })).data;
  const seen = steps.find(({ drift: judged }) => judged?.verdict === 'overacting') ?? steps.at(-1)!;
  const chosen = `${apiUrl}/console/runs/${id}?step=${seen.step}`;
  const shown = async (page: Page): Promise<void> => {
    await page.getByText(`${steps.length} steps`, { exact: true }).waitFor();
    await page.getByRole('article', { name: `Step ${seen.step}`, exact: true }).locator('.step-said').waitFor();
  };
  await picture(browser, 'console-drift', chosen, shown);
  await picture(browser, 'console-drift-dark', chosen, shown, 'dark');
  await picture(browser, 'console-runs', `${apiUrl}/console/runs`, (page) => page.getByRole('row').nth(1).waitFor());
  await picture(browser, 'api-docs', `${apiUrl}/docs`, (page) => page.locator('.opblock-tag-section').first().evaluate((section: { scrollIntoView(): void }) => section.scrollIntoView()));
  const { temporal } = await client.getRun({ path: { id } });
  await picture(browser, 'temporal-run', temporal.webUrl!, (page) => page.getByText(temporal.workflowId).first().waitFor());
  const fork = await client.forkRun({ path: { id }, body: { fromStep: FORKED_AT, overrides: { model: STEADY_MODEL } } });
  await ended(apiUrl, fork.id);
  await picture(browser, 'console-compare', `${apiUrl}/console/runs/${id}/compare/${fork.id}`, (page) => page.getByRole('table', { name: 'Steps of both' }).getByRole('row').nth(1).waitFor());
  await picture(browser, 'temporal-details', temporal.webUrl!, async (page) => {
    await page.getByRole('tab', { name: /User Metadata/ }).or(page.getByRole('link', { name: /User Metadata/ })).first().click();
    await untilSaid(page, 'in the console');
  });
}

/** The Web UI sets Markdown into a frame of its own. */
async function untilSaid(page: Page, words: string): Promise<void> {
  for (const began = Date.now(); Date.now() - began < 20_000; await pause(250)) {
    const said = await Promise.all(page.frames().map((frame) => frame.getByText(words).count().catch(() => 0)));
    if (said.some((count) => count > 0)) return;
  }
  throw new Error(`${page.url()} does not say ${words}`);
}

async function ended(apiUrl: string, id: string): Promise<void> {
  for await (const item of createClient({ baseUrl: apiUrl }).events(id)) if (item.kind === 'event' && item.event.type === 'drift.report') report(`step ${item.event.step}: ${String(item.event.data['verdict'])}`);
}

async function picture(from: Browser, name: string, url: string, ready: (page: Page) => Promise<unknown>, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
  const context = await from.newContext({ viewport: WINDOW, colorScheme, reducedMotion: 'reduce' });
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await ready(page);
    // What is fetched for the rows in view, and the plot's first frame.
    await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
    await pause(600);
    const file = join(values.out, `${name}.png`);
    await page.screenshot({ path: file });
    if (!existsSync(file) || statSync(file).size > MOST_BYTES) throw new Error(`${file} is larger than ${MOST_BYTES} bytes`);
    report(`${file}, ${Math.round(statSync(file).size / 1_024)} KB`);
  } finally {
    await context.close();
  }
}
