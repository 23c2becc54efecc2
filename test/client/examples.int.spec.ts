import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PROJECT_ROOT } from '#platform';
import { ApiStack } from '../harness/api-stack.js';
import { modelOf } from '../harness/scenario.js';

jest.setTimeout(90_000);
const FOLDER = 'test/client';

/** What docs/client.md shows, run as it stands there. */
describe('the examples of the typed client', () => {
  let stack: ApiStack;
  beforeAll(async () => {
    stack = await ApiStack.start({ model: modelOf({ steps: 2 }) });
  });
  afterAll(() => stack?.stop());

  function example(name: string, ...args: string[]): Promise<string[]> {
    const child = spawn(process.execPath, ['--import', './test/setup/source-loader.mjs', join(FOLDER, `${name}.ts`), ...args], { cwd: PROJECT_ROOT, env: { ...process.env, HOLDFAST_URL: stack.url.replace(/\/v1$/, ''), NODE_OPTIONS: '' } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return new Promise((resolve, reject) => child.on('close', (code) => (code === 0 ? resolve(out.trim().split('\n')) : reject(new Error(err)))));
  }
  const INPUT = '{"steps":2}';

  it('are shown in the documentation as they are', () => {
    const page = readFileSync(join(PROJECT_ROOT, 'docs/client.md'), 'utf8');
    for (const file of readdirSync(join(PROJECT_ROOT, FOLDER)).filter((name) => !name.endsWith('.spec.ts'))) {
      const source = readFileSync(join(PROJECT_ROOT, FOLDER, file), 'utf8').replace("'#client'", "'@holdfast/client'");
      expect([file, page.includes(`\`\`\`ts\n${source}\`\`\``)]).toEqual([file, true]);
    }
  });

  it('follow a run to its end', async () => {
    const lines = await example('follow-a-run', 'probe', INPUT);
    expect(lines[0]).toBe('1 run.queued');
    expect(lines.at(-1)).toMatch(/^completed \{"steps":2\}$/);
  });

  it('a job that is started again finds its run; lists come whole; errors have codes', async () => {
    const first = await example('a-job-that-may-die', 'job-7', INPUT, 'probe');
    expect(first[0]).toMatch(/ completed$/);
    expect(await example('a-job-that-may-die', 'job-7', INPUT, 'probe')).toEqual(first);
    expect(await example('lists-and-errors', 'job-7')).toEqual([first[0], '404 not_found']);
  });

  it('documents are added and searched', async () => {
    expect(await example('documents')).toEqual([expect.stringMatching(/^completed Vitamin C does not prevent colds/)]);
  });
});
