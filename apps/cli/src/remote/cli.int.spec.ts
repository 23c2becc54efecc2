import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RunRows } from '#apps/api/src/testing/run-rows';
import { startApi, type TestApi } from '#apps/api/src/testing/start-api';
import type { Accepted, RunEvent, RunView } from '#client';
import { createPool, type Pool } from '#store';
import { testDatabase } from '#test/setup/servers';
import { holdfast as holdfastProcess, json } from '../testing/holdfast-process.js';

jest.setTimeout(60_000);
const NOBODY = '019a0000-0000-7000-8000-000000000000';

/** The command line as a process, against the API over real rows. */
describe('holdfast', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url, timing: { pollMs: 200 } });
  });
  afterAll(async () => {
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const holdfast = (args: string[], env: Record<string, string> = {}) => holdfastProcess(args, { HOLDFAST_URL: api.url, ...env });

  it('starts a run, lists it, and talks to it', async () => {
    const made = await holdfast(['run', 'echo', '--set', 'text=hello', '--tag', 'cli', '--detach', '--json']);
    expect([made.code, json<RunView>(made.out).input]).toEqual([0, { text: 'hello', times: 1 }]);
    const { id } = json<RunView>(made.out);
    const listed = await holdfast(['runs', '--tag', 'cli']);
    expect(listed.out).toContain(id);
    expect(listed.out).not.toContain('\u001b[');
    expect(await holdfast(['message', id, 'go', 'on'])).toMatchObject({ code: 0, out: expect.stringContaining('accepted as number') });
  });

  it('follows a run to its end: a line an event, its code from how it ended', async () => {
    const ref = await rows.run();
    await rows.start(ref);
    await rows.event(ref, { type: 'tool.called', step: 1, data: { tool: 'say' } }, { type: 'drift.report', step: 1, data: { verdict: 'overthinking', overthinking: 0.8, overacting: 0.1 } });
    const watching = Promise.all([holdfast(['watch', ref.runId]), holdfast(['watch', ref.runId, '--json'])]);
    await rows.end(ref, 'failed');
    const [plain, lines] = await watching;
    expect(plain.code).toBe(1);
    expect(plain.err).toMatch(/step 1 {2}say\n.*drift: overthinking/);
    expect(plain.err + plain.out).not.toContain('\u001b');
    const told = lines.out.trim().split('\n').map((line) => json<RunEvent & RunView>(line));
    expect(told.slice(0, -1).map((event) => event.seq)).toEqual(told.slice(0, -1).map((_, i) => i + 1));
    expect([told.at(-1)!.status, lines.err]).toEqual(['failed', '']);
  });

  it('adds documents and exports what is there', async () => {
    writeFileSync(join(folder, 'note.txt'), 'A note about nothing.');
    const corpora = await holdfast(['corpus', 'list', '--json']);
    expect(json(corpora.out)).toEqual({ data: [] });
    expect(await holdfast(['corpus', 'add', 'Notes', join(folder, 'none')])).toMatchObject({ code: 2, err: expect.stringContaining('is not there') });
    const ref = await rows.run();
    await rows.start(ref);
    await rows.step(ref, 1, 0);
    const file = join(folder, 'run.json');
    expect((await holdfast(['export', 'run', ref.runId, '--out', file])).code).toBe(0);
    expect(json(readFileSync(file, 'utf8'))).toMatchObject({ run: { id: ref.runId }, steps: [{ step: 1, messages: [{ content: 'turn 1' }, { content: 'answer 1' }] }] });
  });

  it('exports runs as training data, and says what an export lacks', async () => {
    const ref = await rows.run({ agent: 'scholar', tags: ['learned'] });
    await rows.start(ref);
    await rows.step(ref, 1, 0);
    await rows.tx((tx) => tx.query(`update steps set drift = jsonb_set(drift, '{verdict}', '"ok"') where run_id = $1`, [ref.runId]));
    await rows.end(ref, 'completed');
    const closed = await rows.run({ agent: 'scholar', sensitive: true });
    await rows.end(closed, 'completed');
    const made = await holdfast(['export', 'training', '--agent', 'scholar', '--verdict', 'calibrated']);
    expect([made.code, made.err]).toEqual([0, expect.stringContaining('1 sensitive run was left out')]);
    expect(json<{ runId: string; messages: { train: boolean }[] }>(made.out.trim()).messages.map((m) => m.train)).toEqual([false, true, false]);
    expect(await holdfast(['export', 'training'])).toMatchObject({ code: 2, err: expect.stringContaining('--agent is needed') });
    expect((await holdfast(['export', 'training', '--agent', 'nobody'])).code).not.toBe(0);
  });

  it('makes batches of files, and says which line is wrong', async () => {
    const file = join(folder, 'items.ndjson');
    writeFileSync(file, '{"key":"a","input":{"text":"x"}}\n{"key":"b","input":{"text":"y"}}\n');
    const made = await holdfast(['batch', 'start', file, '--agent', 'echo', '--json']);
    expect(json(made.out)).toMatchObject({ items: { total: 2 } });
    writeFileSync(file, '{"key":"a"}\nnonsense\n');
    expect(await holdfast(['batch', 'start', file, '--agent', 'echo'])).toMatchObject({ code: 2, err: expect.stringContaining('line 2') });
  });

  it('steers a run: message, pause, resume, cancel, rewind, fork', async () => {
    const ref = await rows.run();
    await rows.start(ref);
    for (const n of [1, 2, 3]) await rows.step(ref, n, n - 1);
    const said = async (...args: string[]) => json<Accepted>((await holdfast([...args, '--json'])).out);
    expect((await said('message', ref.runId, 'look', 'closer')).number).toBeGreaterThan(0);
    expect(await said('rewind', ref.runId, '1', '--lesson', 'not so')).toMatchObject({ runId: ref.runId });
    const forked = json<RunView>((await holdfast(['fork', ref.runId, '2', '--model', 'other', '--message', 'go another way', '--json'])).out);
    expect([forked.model, forked.id === ref.runId]).toEqual(['other', false]);
    expect(await said('pause', ref.runId, '--reason', 'lunch')).toMatchObject({ runId: ref.runId });
    await rows.status(ref, 'paused');
    expect(await said('resume', ref.runId)).toMatchObject({ runId: ref.runId });
    expect((await holdfast(['cancel', ref.runId])).out).toMatch(/^accepted/);
  });

  it('shows what a run asks, and refuses arguments that are no JSON', async () => {
    const ref = await rows.run();
    expect(json((await holdfast(['approve', '--run', ref.runId, '--json'])).out)).toMatchObject({ data: [] });
    expect(await holdfast(['approve', NOBODY])).toMatchObject({ code: 4 });
    expect(await holdfast(['approve'])).toMatchObject({ code: 2, err: expect.stringContaining('--run RUN') });
  });

  it('keeps schedules', async () => {
    expect(await holdfast(['schedule', 'add', 'Morning'])).toMatchObject({ code: 2, err: expect.stringContaining('--cron') });
    expect(json((await holdfast(['schedule', '--json'])).out)).toEqual({ data: [] });
    expect(await holdfast(['schedule', 'show', NOBODY])).toMatchObject({ code: 4 });
  });

  it('lists and learns cards', async () => {
    const made = await fetch(`${api.url}/v1/corpora`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'Learning' }) });
    expect(made.status).toBe(201);
    expect(json((await holdfast(['cards', 'list', 'Learning', '--all', '--json'])).out)).toEqual({ data: [] });
    expect(await holdfast(['cards', 'review', NOBODY, 'perfectly'])).toMatchObject({ code: 2, err: expect.stringContaining('again, hard, good, easy') });
    expect(await holdfast(['cards', 'review', NOBODY, 'good'])).toMatchObject({ code: 4 });
    expect(await holdfast(['cards', 'review', 'Learning'])).toMatchObject({ code: 2, err: expect.stringContaining('terminal') });
    expect(await holdfast(['ask', 'Nowhere', 'what?'])).toMatchObject({ code: 2, err: expect.stringContaining('no corpus called Nowhere') });
  });

  it('shows a batch, cancels it, and writes its results', async () => {
    const file = join(folder, 'more.ndjson');
    writeFileSync(file, '{"key":"a","input":{"text":"x"}}\n');
    const { id } = json<{ id: string }>((await holdfast(['batch', 'start', file, '--agent', 'echo', '--json'])).out);
    expect((await holdfast(['batch', 'show', id])).out).toContain('0 of 1 done');
    const target = join(folder, 'results.ndjson');
    expect((await holdfast(['export', 'batch', id, '--out', target])).code).toBe(0);
    expect(json(readFileSync(target, 'utf8').trim().split('\n')[0]!)).toMatchObject({ key: 'a' });
    expect(json((await holdfast(['batch', 'cancel', id, '--json'])).out)).toMatchObject({ id });
    expect((await holdfast(['batch', 'list'])).out).toContain(id);
  });

  it('completes its commands, their parts and their options', async () => {
    const script = (await holdfast(['completion', 'bash'])).out;
    const complete = spawnSync('bash', ['-c', `${script}\nCOMP_WORDS=(holdfast corpus a); COMP_CWORD=2; _holdfast; echo "\${COMPREPLY[*]}"; COMP_WORDS=(holdfast wat); COMP_CWORD=1; _holdfast; echo "\${COMPREPLY[*]}"`], { encoding: 'utf8' });
    expect(complete.stdout.split('\n').slice(0, 2)).toEqual(['add', 'watch']);
    expect((await holdfast(['completion', 'zsh'])).out).toContain('bashcompinit');
    expect(await holdfast(['completion', 'fish'])).toMatchObject({ code: 2 });
  });

  it('names the command that there is not, and takes no colour where it is not wanted', async () => {
    expect(await holdfast(['wtach'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no command wtach') });
    expect((await holdfast(['--help'])).out).toContain('completion');
    expect((await holdfast(['runs', '--limit', 'many'])).code).toBe(2);
    expect((await holdfast(['runs'], { FORCE_COLOR: '1', NO_COLOR: '1' })).out).not.toContain('\u001b');
  });

  it('says what to do about what went wrong, under a code of its own', async () => {
    expect(await holdfast(['runs', '--url', 'http://127.0.0.1:1'])).toMatchObject({ code: 3, out: '', err: expect.stringContaining('npm run up') });
    expect(await holdfast(['runs', NOBODY])).toMatchObject({ code: 4, err: expect.stringContaining('not_found') });
    expect(await holdfast(['run', 'nobody', '--detach'])).toMatchObject({ code: 4, err: expect.stringContaining('unknown_agent') });
    expect(await holdfast(['fork', NOBODY, 'x'])).toMatchObject({ code: 2, err: expect.stringContaining('no whole number') });
    expect(await holdfast(['watch'])).toMatchObject({ code: 2, err: expect.stringContaining('holdfast watch RUN') });
    expect(await holdfast(['pause', (await ended()).runId])).toMatchObject({ code: 5 });
  });

  async function ended() {
    const ref = await rows.run();
    await rows.end(ref, 'completed');
    return ref;
  }
});
