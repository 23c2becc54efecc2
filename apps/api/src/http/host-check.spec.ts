import type { Request, Response } from 'express';
import { describe, expect, it } from '@jest/globals';
import type { AuthConfig } from '#platform';
import { checkHost } from './host-check.js';

const local = checkHost({ host: '127.0.0.1', auth: { apiHosts: [] } as unknown as AuthConfig });
const open = checkHost({ host: '0.0.0.0', auth: { apiHosts: ['holdfast.example.org'] } as unknown as AuthConfig });

const verdict = (check: typeof local, headers: Record<string, string>, path = '/v1/runs'): unknown => {
  let error: unknown;
  void check({ headers, path } as unknown as Request, {} as Response, (e?: unknown) => void (error = e));
  return (error as { code?: string } | undefined)?.code;
};

describe('checkHost of an API on loopback', () => {
  it.each(['127.0.0.1', '127.0.0.1:3000', 'localhost:3000', '[::1]:3000', '127.1.2.3', 'LOCALHOST'])('takes %s', (host) => {
    expect(verdict(local, { host })).toBeUndefined();
  });

  it.each(['example.org', 'localhost.example.org', '127.0.0.1.example.org', '192.168.0.1:3000', '0.0.0.0', '', 'a b', 'evil@example.org', 'evil@127.0.0.1'])('refuses %s', (host) => {
    expect(verdict(local, { host })).toBe('forbidden_host');
  });

  it.each([
    ['http://localhost:5173', undefined],
    ['http://127.0.0.1:3000', undefined],
    ['https://example.org', 'forbidden_host'],
    ['http://localhost.example.org', 'forbidden_host'],
    ['null', 'forbidden_host'],
    ['file://', 'forbidden_host'],
  ])('judges the origin %s', (origin, code) => {
    expect(verdict(local, { host: 'localhost:3000', origin })).toBe(code);
  });

  it('leaves the origin to the door of the codec, where it is asked', () => {
    expect(verdict(local, { host: 'localhost:3000', origin: 'https://temporal.example.org' }, '/v1/codec/decode')).toBeUndefined();
  });
});

describe('checkHost of an API beyond loopback', () => {
  it.each(['10.0.0.7:3000', '[2001:db8::1]:3000', 'holdfast.example.org', 'HOLDFAST.example.org:443', '127.0.0.1:3000'])('takes %s', (host) => {
    expect(verdict(open, { host })).toBeUndefined();
  });

  it.each(['example.org', 'holdfast.example.org.evil.net', 'evil.net', ''])('refuses %s', (host) => {
    expect(verdict(open, { host })).toBe('forbidden_host');
  });

  it.each([
    ['https://holdfast.example.org', 'holdfast.example.org', undefined],
    ['https://holdfast.example.org', '127.0.0.1:3000', undefined],
    ['http://10.0.0.7:3000', '10.0.0.7:3000', undefined],
    ['http://10.0.0.7:8080', '10.0.0.7:3000', 'forbidden_host'],
    ['http://localhost:3000', '10.0.0.7:3000', 'forbidden_host'],
    ['https://evil.net', 'holdfast.example.org', 'forbidden_host'],
  ])('judges the origin %s of a request to %s', (origin, host, code) => {
    expect(verdict(open, { host, origin })).toBe(code);
  });
});
