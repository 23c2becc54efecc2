import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../logging/logger.js';
import { checkedLookup, mayReceive } from './otlp-hosts.js';
import { safeName, WITHHELD } from './safe-value.js';
import { currentScope, inScope } from './scope.js';
import { openTracing } from './tracing.js';

describe('values in spans and labels', () => {
  it.each(['gemma4:e4b', 'run-0197f3c2-5a1e-7c3b-9c1d-1f2e3d4c5b6a', '/v1/runs/:id/compare/:b', 'play?steps=3&marked=1', 'runtime_unavailable'])('%s is a name', (value) => expect(safeName(value)).toBe(value));
  it.each(['Jane Doe has a fever', 'a\nb', '', 'x'.repeat(500), '{"question":"why"}'])('%j is none', (value) => expect(safeName(value)).toBe(WITHHELD));
});

describe('the receiver of traces', () => {
  it.each([
    ['http://127.0.0.1:4318', [], true],
    ['http://[::1]:4318', [], true],
    ['http://localhost:4318', [], true],
    ['https://collector.example:4318', [], false],
    ['https://collector.example:4318', ['collector.example'], true],
    ['http://10.0.0.5:4318', ['collector.example'], false],
    ['http://localhost.evil.example', [], false],
  ])('%s with %j: %s', (url, hosts, allowed) => expect(mayReceive(url, hosts)).toBe(allowed));

  it.each([
    ['localhost', '127.0.0.1', true],
    ['localhost', '10.0.0.5', false],
    ['collector.example', '10.0.0.5', true],
    ['other.example', '10.0.0.5', false],
  ])('%s that leads to %s is connected to: %s', async (host, address, allowed) => {
    const lookup = checkedLookup(['collector.example'], (_host, _options, done) => done(null, [{ address, family: 4 }]));
    const found = await new Promise((resolve) => lookup(host, {}, (error, to) => resolve(error ? null : to)));
    expect(found).toBe(allowed ? address : null);
  });

  it('is nothing that is loaded where none is configured', async () => {
    const logger = createLogger({ logLevel: 'silent' }, 'test');
    expect(await openTracing({ otlpUrl: undefined, otlpHosts: [], traceShare: 1 }, 'test', logger)).toBeNull();
  });
});

describe('log lines', () => {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'info' }, 'test', { write: (line: string) => void lines.push(line) });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1)!) as Record<string, unknown>;

  it('carry the ids of what is at work, across what it waits for, and no longer', async () => {
    const log = { runId: 'r1', step: 3 };
    await inScope({ log }, async () => {
      await Promise.resolve();
      logger.info({ step: 4, extra: 1 }, 'inside');
    });
    expect(last()).toMatchObject({ msg: 'inside', runId: 'r1', step: 4, extra: 1 });
    logger.info('outside');
    expect(last()).not.toHaveProperty('runId');
    // What one line says stays with that line.
    expect(log).toEqual({ runId: 'r1', step: 3 });
    expect(currentScope()).toBeUndefined();
  });

  it('drop content that came with them, whatever is at work', () => {
    inScope({ log: { runId: 'r1' } }, () => logger.info({ prompt: 'what Jane said' }, 'said'));
    expect(lines.at(-1)).not.toContain('Jane');
    expect(last()['runId']).toBe('r1');
  });
});
