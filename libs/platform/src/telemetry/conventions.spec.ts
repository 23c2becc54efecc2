import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as known from '@opentelemetry/semantic-conventions/incubating';
import { PROJECT_ROOT } from '../config/index.js';
import { CONVENTIONS, OPERATIONS, OWN_ATTRIBUTES, SCHEMA_URL, SEMCONV_VERSION } from './conventions.js';

const values = (prefix: string): string[] => Object.entries(known).flatMap(([name, value]) => (name.startsWith(prefix) ? [String(value)] : []));

describe('the semantic conventions', () => {
  it('are those of the pinned version', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
    expect(devDependencies['@opentelemetry/semantic-conventions']).toBe(SEMCONV_VERSION);
    expect(SCHEMA_URL).toContain(SEMCONV_VERSION);
  });

  it('have every name that is used of them', () => {
    const attributes = values('ATTR_');
    expect(Object.values(CONVENTIONS).filter((name) => !attributes.includes(name))).toEqual([]);
    expect(Object.values(OPERATIONS).filter((name) => !values('GEN_AI_OPERATION_NAME_VALUE_').includes(name))).toEqual([]);
  });

  it('have no name for what we name ourselves', () => {
    expect(Object.values(OWN_ATTRIBUTES).filter((name) => values('ATTR_').includes(name))).toEqual([]);
  });

  it('lend no attribute that holds words', () => {
    const wordy = /\.(messages|instructions|arguments|result|definitions|description|query\.text|documents|prompt|completion)$/;
    expect(Object.values(CONVENTIONS).filter((name) => wordy.test(name))).toEqual([]);
  });
});
