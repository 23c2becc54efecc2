import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { apiDocument } from './api-document.mjs';
import { clientFiles } from './client-files.mjs';
import { typeOf } from './schema-types.mjs';

jest.setTimeout(30_000);
const ROOT = join(import.meta.dirname, '..', '..');

describe('the typed client', () => {
  it('is what the API says; `npm run docs` writes it', async () => {
    for (const { file, text } of clientFiles(await apiDocument())) expect([file, readFileSync(join(ROOT, file), 'utf8')]).toEqual([file, text]);
  });
});

describe('a type of a JSON Schema', () => {
  it.each([
    [{ type: 'object', properties: { a: { type: 'string' }, 'b-c': { type: 'integer' } }, required: ['a'], additionalProperties: false }, '{ a: string; "b-c"?: number }'],
    [{ type: 'object', additionalProperties: { $ref: '#/components/schemas/Loop' } }, '{ [key: string]: Loop }'],
    [{ type: 'object', properties: {}, additionalProperties: false }, '{ [key: string]: never }'],
    [{ type: 'object' }, '{ [key: string]: unknown }'],
    [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, '(string | null)[]'],
    [{ type: 'array', prefixItems: [{ type: 'number' }, { const: 'x' }] }, '[number, "x"]'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ anyOf: [{}, { type: 'null' }] }, 'unknown'],
    [{ enum: ['a', 1] }, '"a" | 1'],
    [{ allOf: [{ $ref: '#/x/A' }, { anyOf: [{ $ref: '#/x/B' }, { type: 'null' }] }] }, 'A & (B | null)'],
    [{ type: 'string', format: 'binary' }, 'Blob'],
  ])('%j is %s', (schema, type) => expect(typeOf(schema)).toBe(type));
});
