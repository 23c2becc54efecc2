import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { problemSchema } from '#contracts';
import { type FuzzTarget, startFuzzTarget } from './fuzz-target.js';
import { changedBytes, changedJson } from './mutate.js';
import { Random } from './random.js';
import { sampleOf, type Schema } from './sample-of-schema.js';

const SECONDS = Number(process.env['HOLDFAST_FUZZ_SECONDS'] ?? 12);
const SEED = Number(process.env['HOLDFAST_FUZZ_SEED'] ?? 1);
jest.setTimeout((SECONDS + 120) * 1_000);

type Operation = { operationId: string; requestBody?: { content: Record<string, { schema: Schema }> }; responses: Record<string, unknown>; parameters: { name: string; in: string; required?: boolean; schema: Schema }[] };
type Taking = { method: string; path: string; operation: Operation };
type Sent = { headers: Record<string, string>; body: string | Buffer };

/** Bodies as broken clients send them: changed values, changed bytes, other encodings, other types. */
describe('bodies with something changed', () => {
  let target: FuzzTarget;
  let schemas: Record<string, Schema>;
  let taking: Taking[];
  beforeAll(async () => {
    target = await startFuzzTarget();
    const document = (await (await fetch(`${target.url}/openapi.json`)).json()) as { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };
    schemas = document.components.schemas;
    taking = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).filter(([, o]) => o.requestBody).map(([method, operation]) => ({ method, path, operation })));
  });
  afterAll(() => target?.stop());

  const pathOf = ({ path, operation }: Taking, by: Random): string => {
    const ids = Object.entries(target.ids).find(([pattern]) => new RegExp(pattern).test(path))?.[1] ?? {};
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(by.of(ids[`path.${name}`] ?? ['019a0000-0000-7000-8000-000000000000']))));
    const query = operation.parameters.filter((p) => p.in === 'query' && p.required).map((p) => `${p.name}=${encodeURIComponent(String(sampleOf(p.schema, schemas, by)))}`);
    return filled + (query.length > 0 ? `?${query.join('&')}` : '');
  };

  it('are answered with what the document tells of, and never with a 500', async () => {
    const by = new Random(SEED);
    const bad: string[] = [];
    const counts: Record<string, number> = {};
    for (const deadline = Date.now() + SECONDS * 1_000; Date.now() < deadline; ) {
      for (const one of taking) {
        const sent = broken(sampleOf(one.operation.requestBody!.content['application/json']?.schema ?? {}, schemas, by), by);
        const res = await fetch(target.url + pathOf(one, by), { method: one.method.toUpperCase(), headers: sent.headers, body: new Uint8Array(Buffer.from(sent.body as string)), signal: AbortSignal.timeout(20_000) });
        const text = await res.text();
        counts[res.status] = (counts[res.status] ?? 0) + 1;
        const told = String(res.status) in one.operation.responses && (res.status < 400 || problemSchema.safeParse(JSON.parse(text)).success);
        if (res.status === 500 || !told) bad.push(`${one.method.toUpperCase()} ${one.path} answered ${res.status} to ${JSON.stringify(sent.headers)} ${sent.body.toString('latin1').slice(0, 300)}`);
      }
    }
    process.stderr.write(`${Object.values(counts).reduce((n, c) => n + c, 0)} bodies, answered: ${JSON.stringify(counts)}\n`);
    expect(bad.slice(0, 20)).toEqual([]);
    expect(counts['400']).toBeGreaterThan(20);
  });

  it('leave the API as it was', async () => {
    const res = await fetch(`${target.url}/readyz`);
    expect(((await res.json()) as { status: string }).status).toBe('ready');
  });
});

const JSON_TYPE = 'application/json';

function broken(whole: unknown, by: Random): Sent {
  const text = JSON.stringify(by.share() < 0.7 ? changedJson(whole, by) : whole);
  const json = { 'content-type': JSON_TYPE };
  switch (by.below(14)) {
    case 0: return { headers: json, body: changedBytes(Buffer.from(text), by) };
    case 1: return { headers: json, body: text.slice(0, by.below(text.length)) };
    case 2: return { headers: { 'content-type': by.of(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/json; charset=utf-7', 'application/json; charset=utf-16', 'x', 'application/x-ndjson', 'multipart/form-data', 'multipart/form-data; boundary=b']) }, body: text };
    case 3: return { headers: { ...json, 'content-encoding': by.of(['gzip', 'deflate', 'br', 'zstd', 'x']) }, body: by.share() < 0.5 ? text : gzipSync(text) };
    case 4: return { headers: json, body: by.of(['null', '[]', '0', '""', 'true', '{}', '[[[[]]]]', '{"__proto__":{"x":1}}', '{"a":1e999}', `${'['.repeat(200)}${']'.repeat(200)}`]) };
    case 5: return { headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: changedBytes(Buffer.from(`--b\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\nA text.\r\n--b--\r\n`), by) };
    case 6: return { headers: { 'content-type': 'application/x-ndjson' }, body: changedBytes(Buffer.from('{"key":"a","input":{"steps":1}}\n{"key":"b","input":{}}\n'), by) };
    case 7: return { headers: { ...json, 'idempotency-key': by.of(['', 'k', 'ü', 'x'.repeat(300)].filter((k) => /^[\x20-\xff]*$/.test(k))) }, body: text };
    case 8: return { headers: { ...json, 'if-match': by.of(['*', '"1"', 'x', 'W/"1"', '"99999999999999999999"']), prefer: by.of(['wait=0', 'wait=-1', 'wait=x', 'respond-async']) }, body: text };
    default: return { headers: json, body: text };
  }
}
