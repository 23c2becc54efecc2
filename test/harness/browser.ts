import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** The browser of this machine, or null: `HOLDFAST_BROWSER`, else one on PATH. */
export function installedBrowser(env = process.env): string | null {
  if (env['HOLDFAST_BROWSER']) return env['HOLDFAST_BROWSER'];
  const folders = (env['PATH'] ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file)) ?? null;
}

export function launch(executablePath: string): Promise<Browser> {
  // Chromium's own sandbox cannot be had as root, and the pages are our own.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** A tab that remembers what must not happen: requests elsewhere, what the page's policy refused, errors nobody caught. */
export class Tab {
  readonly wrong: string[] = [];
  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly base: string,
  ) {}

  static async open(browser: Browser, base: string, more: Parameters<Browser['newContext']>[0] = {}): Promise<Tab> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...more });
    const tab = new Tab(await context.newPage(), context, base);
    const { host } = new URL(base);
    tab.page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:|^wss?:/.test(url.protocol) && url.host !== host) tab.wrong.push(`a request to ${url.host}`);
    });
    tab.page.on('pageerror', (error) => tab.wrong.push(`an error: ${error.message}`));
    tab.page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Content-Security-Policy/i.test(message.text())) tab.wrong.push(message.text());
    });
    tab.page.setDefaultTimeout(15_000);
    return tab;
  }

  async go(path: string): Promise<void> {
    await this.page.goto(`${this.base}/console${path}`);
  }

  /** Findings of axe that are serious or worse, a line each. */
  async barriers(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).withTags(RULES).analyze();
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} (${node.failureSummary?.split('\n')[1]?.trim() ?? ''})`));
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
