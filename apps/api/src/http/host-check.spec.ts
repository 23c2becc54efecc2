import type { Request, Response } from 'express';
import { describe, expect, it } from '@jest/globals';
import { checkHost } from './host-check.js';

const verdict = (headers: Record<string, string>): unknown => {
  let error: unknown;
  checkHost({ headers } as unknown as Request, {} as Response, (e?: unknown) => void (error = e));
  return (error as { code?: string } | undefined)?.code;
};

describe('checkHost', () => {
  it.each(['127.0.0.1', '127.0.0.1:3000', 'localhost:3000', '[::1]:3000', '127.1.2.3', 'LOCALHOST'])('takes %s', (host) => {
    expect(verdict({ host })).toBeUndefined();
  });

  it.each(['example.org', 'localhost.example.org', '127.0.0.1.example.org', '192.168.0.1:3000', '0.0.0.0', '', 'a b', 'evil@example.org'])('refuses %s', (host) => {
    expect(verdict({ host })).toBe('forbidden_host');
  });

  it.each([
    ['http://localhost:5173', undefined],
    ['http://127.0.0.1:3000', undefined],
    ['https://example.org', 'forbidden_host'],
    ['http://localhost.example.org', 'forbidden_host'],
    ['null', 'forbidden_host'],
    ['file://', 'forbidden_host'],
  ])('judges the origin %s', (origin, code) => {
    expect(verdict({ host: 'localhost:3000', origin })).toBe(code);
  });
});
