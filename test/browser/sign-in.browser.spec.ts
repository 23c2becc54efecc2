import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { LOCAL_TENANT, type AccessRole } from '#contracts';
import { makeKey, withTx } from '#store';
import { ApiStack } from '../harness/api-stack.js';
import { installedBrowser, launch, Tab } from '../harness/browser.js';
import { modelOf } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(90_000);
const BROWSER = installedBrowser();
const described = BROWSER ? describe : describe.skip;

described('the pages of an API that asks for keys', () => {
  let stack: ApiStack;
  let browser: Browser;
  let webUi: Server;
  let base: string;
  const uiUrl = (): string => `http://127.0.0.1:${(webUi.address() as AddressInfo).port}`;
  beforeAll(async () => {
    webUi = createServer((_req, res) => void res.setHeader('content-type', 'text/html').end('<title>Web UI</title>'));
    await new Promise<void>((go) => webUi.listen(0, '127.0.0.1', go));
    [stack, browser] = await Promise.all([ApiStack.start({}, { HOLDFAST_AUTH: 'true', HOLDFAST_TEMPORAL_UI_URL: uiUrl() }), launch(BROWSER!)]);
    base = stack.url.replace(/\/v1$/, '');
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await new Promise((go) => webUi.close(go));
  });

  const keyOf = async (...roles: AccessRole[]): Promise<string> => (await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => makeKey(tx, { tenantId: LOCAL_TENANT, name: 'a doctor', roles, expiresInDays: 1, by: null }))).key;
  const signIn = async (tab: Tab, key: string): Promise<void> => {
    await tab.page.getByLabel('API key or access token').fill(key);
    await tab.page.getByRole('button', { name: 'Sign in' }).click();
  };

  it('takes a key and no wrong one, follows a run live with it, and forgets it', async () => {
    const key = await keyOf('operator');
    const tab = await Tab.open(browser, base);
    await tab.go('/runs');
    await signIn(tab, 'hf_wrong');
    await tab.page.getByRole('alert').getByText('no such key').waitFor();
    expect(await tab.barriers()).toEqual([]);
    await signIn(tab, key);
    await tab.page.getByText('a doctor', { exact: true }).waitFor();
    const started = await fetch(`${stack.url}/runs`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` }, body: JSON.stringify({ agent: 'probe', input: { steps: 4 }, model: modelOf({ steps: 4, delayMs: 300, words: 40 }) }) });
    const { id } = (await started.json()) as { id: string };
    await tab.go(`/runs/${id}`);
    await tab.page.locator('[data-connection="live"]').waitFor();
    await tab.page.getByRole('status', { name: 'Status of the run' }).getByText('completed', { exact: true }).waitFor();
    expect(await tab.barriers()).toEqual([]);
    await tab.page.getByRole('button', { name: 'Sign out' }).click();
    await tab.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await tab.page.evaluate(() => JSON.stringify([sessionStorage, localStorage]))).not.toContain('hf_');
    expect(await tab.context.cookies()).toEqual([]);
    expect(tab.wrong).toEqual([]);
    await tab.close();
  });

  it('lets Temporal’s Web UI ask the codec once somebody has signed in', async () => {
    const tab = await Tab.open(browser, base);
    const decode = () =>
      tab.page.evaluate(async (url) => {
        const answer = await fetch(`${url}/v1/codec/decode`, { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{"payloads":[]}' }).catch(() => null);
        return answer?.status ?? 0;
      }, base);
    await tab.page.goto(uiUrl());
    expect(await decode()).toBe(401);
    await tab.go('/runs');
    await signIn(tab, await keyOf('viewer'));
    await tab.page.getByText('a doctor', { exact: true }).waitFor();
    await until('the session', async () => (await tab.context.cookies()).length > 0);
    await tab.page.goto(uiUrl());
    expect(await decode()).toBe(200);
    await tab.close();
  });

  it('shows its documentation, where a key can be given', async () => {
    const tab = await Tab.open(browser, base);
    await tab.page.goto(`${base}/docs`);
    await tab.page.getByRole('button', { name: 'Authorize' }).waitFor();
    await tab.page.getByText('/v1/keys', { exact: true }).first().waitFor();
    expect(tab.wrong).toEqual([]);
    await tab.close();
  });
});
