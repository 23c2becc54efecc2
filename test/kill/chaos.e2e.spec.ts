import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, jest } from '@jest/globals';
import { countEffects } from '../../bench/chaos/verdict.js';

jest.setTimeout(240_000);
const ROOT = join(import.meta.dirname, '../..');

it('twenty kills at random, cut connections and full disks leave nothing lost or doubled', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-chaos-spec-'));
  const json = join(folder, 'chaos.json');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', join(ROOT, 'test/setup/source-loader.mjs'), join(ROOT, 'bench/chaos/main.ts'), '--kills', '20', '--json', json], { cwd: ROOT });
  const { metrics } = JSON.parse(await readFile(json, 'utf8')) as { metrics: Record<string, number> };
  await rm(folder, { recursive: true });
  // The table names the seed and what was found, which a failure should show.
  const counted = { stepsLost: 0, stepsDoubled: 0, effectsLost: 0, effectsDoubled: 0, eventsWrong: 0, orphans: 0, findings: 0 };
  expect({ stdout, ...metrics }).toMatchObject({ ...counted, kills: 20, finished: metrics['started'] });
  expect(metrics['started']).toBeGreaterThanOrEqual(20);
});

it('two keys for one call are a doubled effect, and the same key twice is not', () => {
  expect(countEffects('a 1.0\na 1.0\nb 2.0\nc 2.0\n', 3)).toEqual({ lost: 1, doubled: 1, absorbed: 1 });
});
