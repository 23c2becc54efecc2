import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { errorCodeSchema } from '#contracts';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

type Operation = { operationId: string; summary?: string; requestBody?: object; parameters: { name: string; in: string }[]; responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }> };
type Document = { openapi: string; info: { description: string }; paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, unknown> } };
type Layer = { route?: { path: string; methods: Record<string, boolean> } };

/** Neither Postgres nor Temporal is there: the API starts all the same. */
describe('the OpenAPI document', () => {
  let api: TestApi;
  let document: Document;

  beforeAll(async () => {
    api = await startApi({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
    document = (await request(api.url).get('/openapi.json').expect(200)).body as Document;
  });
  afterAll(() => api.close());

  const operations = () => Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })));

  it('is 3.1 and holds every route that the server has', () => {
    expect(document.openapi).toBe('3.1.0');
    const { stack } = (api.app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } }).router;
    const routes = stack.flatMap(({ route }) => (route ? Object.keys(route.methods).map((m) => `${m} ${route.path.replace(/:(\w+)/g, '{$1}')}`) : []));
    const served = routes.filter((r) => !/\/docs\//.test(r));
    expect(served.length).toBeGreaterThan(20);
    expect(operations().map((o) => `${o.method} ${o.path}`).sort()).toEqual([...new Set(served)].sort());
  });

  it('describes each with a summary, answers and error codes, and its parameters', () => {
    for (const { path, operation } of operations()) {
      expect(operation.summary).toBeTruthy();
      expect(Object.keys(operation.responses).some((s) => s.startsWith('2'))).toBe(true);
      for (const name of path.matchAll(/\{(\w+)\}/g)) expect(operation.parameters).toContainEqual(expect.objectContaining({ name: name[1], in: 'path' }));
      if (!path.startsWith('/v1/')) continue;
      for (const [status, answer] of Object.entries(operation.responses).filter(([s]) => Number(s) >= 400)) {
        expect(answer.content).toHaveProperty(['application/problem+json']);
        for (const code of answer.description.matchAll(/`(\w+)`/g)) expect(errorCodeSchema.safeParse(code[1]).success || `${status} ${code[1]}`).toBe(true);
      }
    }
    const ids = operations().map((o) => o.operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives every POST that takes a body its schema', () => {
    for (const { method, path, operation } of operations()) if (method === 'post') expect([path, Boolean(operation.requestBody)]).toEqual([path, true]);
  });

  it('has no reference that leads nowhere', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((m) => m[1]!);
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of new Set(refs)) expect(document.components.schemas).toHaveProperty([ref.replace('#/components/schemas/', '')]);
    for (const [name, schema] of Object.entries(document.components.schemas)) expect(schema).not.toEqual({ $ref: `#/components/schemas/${name}` });
  });

  it('lists every error code', () => {
    for (const code of errorCodeSchema.options) expect(document.info.description).toContain(`\`${code}\``);
  });

  it('comes as a page that loads from here alone', async () => {
    const page = await request(api.url).get('/docs').expect(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const links = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map((m) => m[1]!).filter((l) => !l.startsWith('#') && !l.startsWith('data:'));
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).not.toMatch(/^(https?:)?\/\//);
      await request(api.url).get(new URL(link, `${api.url}/docs`).pathname).expect(200);
    }
    expect((await request(api.url).get('/docs/swagger-ui-init.js')).text).toContain('"validatorUrl": null');
  });
});
