import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

/** As `npm run build` made it. */
describe('the console', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  beforeAll(async () => {
    database = await testDatabase();
    api = await startApi({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  it('is where / leads, and where each of its pages is asked for', async () => {
    const root = await fetch(`${api.url}/`, { redirect: 'manual' });
    expect([root.status, root.headers.get('location')]).toEqual([302, '/console']);
    for (const path of ['/console', '/console/', '/console/runs/019a']) {
      const page = await fetch(api.url + path);
      expect([path, page.status, page.headers.get('content-type')]).toEqual([path, 200, expect.stringContaining('text/html')]);
    }
  });

  it('may load nothing from elsewhere, and styles by a number that no two answers share', async () => {
    const [one, two] = await Promise.all([fetch(`${api.url}/console`), fetch(`${api.url}/console`)]);
    const policy = one.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
    const html = await one.text();
    expect(html).toContain(`content="${nonce}"`);
    expect(two.headers.get('content-security-policy')).not.toContain(nonce);
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  it('keeps its files for good, since their names change with them', async () => {
    const html = await (await fetch(`${api.url}/console`)).text();
    const script = /src="(\/console\/assets\/[^"]+\.js)"/.exec(html)![1]!;
    const file = await fetch(api.url + script);
    expect([file.status, file.headers.get('cache-control'), file.headers.get('content-type')]).toEqual([200, expect.stringContaining('immutable'), expect.stringContaining('javascript')]);
    expect((await fetch(`${api.url}/console/assets/none.js`)).status).toBe(404);
    expect((await fetch(`${api.url}/console/%2e%2e/%2e%2e/package.json`)).status).toBe(404);
  });
});
