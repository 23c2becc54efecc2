import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { analyse } from './analyse.js';
import { signatureOf } from './signatures.js';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('names what differs from line to line by its kind', () => {
  expect(signatureOf('2026-11-02T10:00:01.123Z ERROR user 42 at 10.0.0.1:80 said "no" (deadbeef01)')).toBe('<time> ERROR user <n> at <address> said <text> (<hex>)');
});

it('groups errors with their first place, counts, time line and stack frames', async () => {
  const file = join(folder, 'small.log');
  const lines = ['2026-11-02 10:00:00 INFO 0 errors so far'];
  for (let i = 0; i < 5; i++) lines.push(`2026-11-02 10:00:0${i} ERROR order ${i} failed`, 'Traceback (most recent call last):', `  File "shop/orders.py", line 12, in place`, 'INFO fine');
  lines.push('2026-11-02 10:05:00 FATAL no space left');
  writeFileSync(file, lines.join('\n'));
  const report = await analyse(file);
  expect(report.signatures[0]).toMatchObject({ signature: '<time> ERROR order <n> failed', count: 5, firstLine: 2, lastLine: 18, frames: [{ path: 'shop/orders.py', line: 12, count: 5 }] });
  expect(report.signatures.map((s) => s.count)).toEqual([5, 1]);
  expect(report.timeLine[0]).toEqual({ from: '2026-11-02T10:00:00', seconds: 1, count: 1 });
  expect(report).toMatchObject({ lines: 22, frames: [{ path: 'shop/orders.py', line: 12, count: 5 }] });
});

it('reads 100 MB, much of it one line or never the same, in fixed memory', async () => {
  const file = join(folder, 'big.log');
  const out = createWriteStream(file);
  const block = Array.from({ length: 2_000 }, (_, i) => `2026-11-02 10:${String(i % 60).padStart(2, '0')}:00 ${i % 10 ? 'INFO' : 'ERROR'} ${'abcdefghij'[i % 10]}${i.toString(36).replace(/\d/g, 'z')} ${i % 10 ? 'was done in good time' : 'failed'} for no reason at all`).join('\n');
  for (let written = 0; written < 100_000_000; written += block.length + 1) if (!out.write(`${block}\n`)) await once(out, 'drain');
  for (let i = 0; i < 10; i++) if (!out.write('x'.repeat(1_000_000))) await once(out, 'drain');
  out.end();
  await once(out, 'close');
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  const report = await analyse(file);
  expect(report.bytes).toBeGreaterThan(100_000_000);
  expect(report.timeLine.length).toBeLessThanOrEqual(48);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(80_000_000);
}, 60_000);
