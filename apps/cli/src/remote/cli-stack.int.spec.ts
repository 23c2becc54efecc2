import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { probe } from '#agents/probe/activities/index';
import { research } from '#agents/research/activities/index';
import { type ApprovalView, type CardView, type DoctorReport, LOCAL_TENANT, type ModelList, type RunEvent, type RunView, type ScheduleView, type Verification } from '#contracts';
import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import { appendAudit, type Tx, withTx } from '#store';
import { ApiStack } from '#test/harness/api-stack';
import { accepts, promptOf, says, sentenceWith } from '#test/harness/library';
import { modelOf, playScenario } from '#test/harness/scenario';
import { until } from '#test/harness/until';
import { holdfast as holdfastProcess, holdfastOnTerminal, json, lines } from '../testing/holdfast-process.js';

jest.setTimeout(90_000);
const ASKING = 'asking';
const LIBRARIAN = 'librarian';
const onTerminal = existsSync('/usr/bin/script') ? it : it.skip;

/** Answers from a corpus, or makes a card of it. */
function librarian(request: ScriptedRequest): ScriptedAnswer {
  const found = sentenceWith(request, 'Vitamin C lowered');
  if (promptOf(request).includes('flashcards')) return says({ action: 'note', items: [{ question: 'What did vitamin C lower in the trial?', answer: 'the pain', sentences: [found] }] });
  return accepts(request) ?? (found ? says({ action: 'answer', claims: [{ text: 'It lowered the pain of patients.', sentences: [found] }] }) : says({ action: 'search', query: 'vitamin C pain' }));
}

/** The command line as a process, against worker, API and Temporal with a scripted model. */
describe('holdfast, with a stack behind it', () => {
  let stack: ApiStack;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-stack-'));
    file = join(folder, 'lines');
    stack = await ApiStack.start({ agents: new Map([probe, research].map((agent) => [agent.contract.name, agent])) }, { HOLDFAST_EMBED_MODEL: 'scripted-embed' });
    stack.loop.script = (request, n) => {
      if (request.model === LIBRARIAN) return librarian(request);
      if (request.model !== ASKING) return (playScenario as (request: ScriptedRequest, n: number) => ScriptedAnswer)(request, n);
      const answered = request.messages.some(({ role }) => role === 'tool');
      return { content: 'May I?', toolCalls: [answered ? { name: 'done', args: {} } : { name: 'append_approved', args: { path: file, line: 'as the model has it' } }] };
    };
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const env = (): Record<string, string> => ({ HOLDFAST_URL: new URL(stack.url).origin });
  const local = (): Record<string, string> => ({ DATABASE_URL: stack.loop.config.databaseUrl, HOLDFAST_DATA_DIR: folder });
  const inTenant = (work: (tx: Tx) => Promise<unknown>) => withTx(stack.loop.pool, LOCAL_TENANT, work);
  const holdfast = (...args: string[]) => holdfastProcess(args, env());
  const said = async <T>(...args: string[]): Promise<T> => {
    const { code, out, err } = await holdfast(...args, '--json');
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${err}`);
    return json<T>(out);
  };

  it('keeps a schedule: made, fired, paused, resumed, deleted', async () => {
    const { id } = await said<ScheduleView>('schedule', 'add', 'Mornings', '--agent', 'probe', '--cron', '0 6 * * *', '--zone', 'Europe/Berlin', '--input', '{"steps":1}', '--model', modelOf({ steps: 1 }));
    expect((await holdfast('schedule')).out).toMatch(new RegExp(`${id} +Mornings +probe +on +\\d{4}-`));
    expect(await said<ScheduleView>('schedule', 'trigger', id)).toMatchObject({ id });
    await until('the run that was fired', async () => (await stack.get<{ data: unknown[] }>(`/runs?scheduleId=${id}`)).body.data.length === 1);
    expect(await said<ScheduleView>('schedule', 'pause', id)).toMatchObject({ paused: true });
    expect((await holdfast('schedule', 'show', id)).out).toContain('paused');
    expect(await said<ScheduleView>('schedule', 'resume', id)).toMatchObject({ paused: false });
    expect(await said('schedule', 'delete', id)).toEqual({ deleted: id });
    expect(await holdfast('schedule', 'show', id)).toMatchObject({ code: 4 });
  });

  it('lists the versions of the workers, and says what to do where there is none to make current', async () => {
    const temporal = { TEMPORAL_ADDRESS: stack.loop.config.temporalAddress, TEMPORAL_NAMESPACE: stack.loop.config.temporalNamespace, HOLDFAST_DATA_DIR: folder };
    expect(await holdfastProcess(['deploy'], temporal)).toMatchObject({ code: 0, out: expect.stringContaining('There is no version') });
    expect(await holdfastProcess(['deploy', 'v7'], temporal)).toMatchObject({ code: 1, err: expect.stringMatching(/Temporal says: .*Start a worker with that HOLDFAST_BUILD_ID first/) });
  });

  it('asks a corpus, learns its cards, and says what is due', async () => {
    const document = join(folder, 'trial.txt');
    writeFileSync(document, 'The trial had 40 patients. Vitamin C lowered the pain of 40 patients.');
    const added = await holdfast('corpus', 'add', 'Trials', document);
    expect([added.code, added.out]).toEqual([0, expect.stringContaining('1 of 1 files taken in')]);
    const asked = await holdfast('ask', 'Trials', 'Did', 'it', 'help?', '--model', LIBRARIAN);
    expect([asked.code, asked.out]).toEqual([0, expect.stringMatching(/Question {2}Did it help\?\n\nIt lowered the pain of patients\. \[1\]\n\nSources[^\n]*\n {2}\[1\] trial\.txt: “Vitamin C lowered the pain of 40 patients\.”/)]);
    expect(asked.err).toMatch(/step 1 {2}search\n/);
    const told = lines<RunEvent & RunView>((await holdfast('ask', 'Trials', 'Again?', '--model', LIBRARIAN, '--json')).out);
    expect([told[0]!.type, told.at(-1)!.status]).toEqual(['run.queued', 'completed']);

    const corpusId = told.at(-1)!.corpusId!;
    const run = lines<RunView>((await holdfast('run', 'research', '--corpus', corpusId, '--input', '{"question":"All of it","task":"flashcards"}', '--model', LIBRARIAN, '--json')).out).at(-1)!;
    expect(await said('cards', 'take', run.id)).toMatchObject({ taken: 1, known: 0 });
    const [card] = (await said<{ data: CardView[] }>('cards', 'list', 'Trials')).data;
    expect(await said<CardView>('cards', 'review', card!.id, 'good')).toMatchObject({ id: card!.id, reviews: 1 });
    expect((await said<{ data: CardView[] }>('cards', 'list', 'Trials')).data).toEqual([]);
  });

  onTerminal('shows on a terminal how far the files of a corpus are', async () => {
    writeFileSync(join(folder, 'more.txt'), 'More of the same.');
    expect((await holdfastOnTerminal(['corpus', 'add', 'Trials', join(folder, 'more.txt')], env())).out).toMatch(/█{30} 1 of 1[^]*Trials .*1 of 1 files taken in/);
  });

  onTerminal('goes through the cards that are due, one after the other, on a terminal', async () => {
    await inTenant((tx) => tx.query(`update cards set due = now() - interval '1 minute'`));
    const { code, out } = await holdfastOnTerminal(['cards', 'review', 'Trials'], env(), [[/Enter shows the answer/, ''], [/4 easy: /, 'perhaps'], [/4 easy: /, '4']]);
    expect([code, out]).toEqual([0, expect.stringMatching(/What did vitamin C lower[^]*the pain[^]*trial\.txt[^]*1 cards reviewed; none is due now/)]);
  });

  it('shows what a run asks, and approves it as a person edited it', async () => {
    const { id } = await said<RunView>('run', 'probe', '--input', '{"steps":1}', '--model', ASKING, '--detach');
    const [asked] = await until('the question', async () => (await said<{ data: ApprovalView[] }>('approve', '--run', id)).data.filter(({ status }) => status === 'pending'));
    expect(asked).toMatchObject({ tool: 'append_approved', args: { line: 'as the model has it' } });
    expect(await holdfast('approve', asked!.id, '--digest', 'f'.repeat(64))).toMatchObject({ code: 5 });
    expect(await said<ApprovalView>('approve', asked!.id, '--edit', JSON.stringify({ path: file, line: 'as a person has it' }), '--comment', 'better so')).toMatchObject({ status: 'approved' });
    expect((await holdfast('watch', id)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('as a person has it');
    expect(await holdfast('approve', asked!.id)).toMatchObject({ code: 5, err: expect.stringContaining('approval_decided') });
  });

  onTerminal('shows a run live on a terminal: a spinner, the drift line, colour where it is wanted', async () => {
    const args = ['run', 'probe', '--input', '{"steps":3}', '--model', modelOf({ steps: 3, delayMs: 400 })];
    const [coloured, plain] = await Promise.all([holdfastOnTerminal(args, env()), holdfastOnTerminal(args, { ...env(), NO_COLOR: '1' })]);
    for (const { code, out } of [coloured, plain]) expect([code, out]).toEqual([0, expect.stringMatching(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] step 2 {2}drift: thinking [▁▂▃▄▅▆▇█]+ \d\.\d\d acting [▁▂▃▄▅▆▇█]+ \d\.\d\d ok/)]);
    // Bold, and the colours that Output knows.
    const codes = [1, 2, 31, 32, 33, 36].map((code) => `\u001b[${code}m`);
    expect(coloured.out).toContain(`${codes[0]}completed`);
    expect(codes.filter((code) => plain.out.includes(code))).toEqual([]);
  });

  it('examines a runtime, and says which models fit', async () => {
    const target = ['--url', stack.loop.runtime.url, '--kind', 'ollama', '--model', 'scripted'];
    const out = join(folder, 'models.json');
    const [examined, nobody, fits] = await Promise.all([
      holdfastProcess(['doctor', ...target, '--json'], local()),
      holdfastProcess(['doctor', '--url', 'http://127.0.0.1:9', '--kind', 'ollama'], local()),
      holdfastProcess(['models', ...target, '--out', out], local()),
    ]);
    // A model that follows a script fails more than one probe.
    expect(examined.code).toBe(6);
    const report = json<DoctorReport>(examined.out);
    expect(report.findings.map(({ probe: name }) => name)).toEqual(expect.arrayContaining(['list', 'stream', 'schema']));
    expect(nobody).toMatchObject({ code: 3, err: expect.stringContaining('runtime_unavailable') });
    expect([fits.code, fits.out]).toEqual([0, expect.stringMatching(/cores\n\n +model +weights +context/)]);
    expect(json<ModelList>(readFileSync(out, 'utf8')).data.length).toBeGreaterThan(3);
  });

  it('checks a note, the audit log and the keys of sensitive runs', async () => {
    const [source, note] = ['source.txt', 'note.txt'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(source, 'Doctor: Take ibuprofen 400 mg twice a day.\nPatient: My left knee hurts.');
    writeFileSync(note, 'Ibuprofen 800 mg twice a day.');
    await inTenant(async (tx) => {
      for (let n = 0; n < 2; n++) await appendAudit(tx, { tenantId: LOCAL_TENANT, principalId: null, action: 'run.read', runId: null, subject: null });
    });
    const [doubtful, sound, missing, chain, wrapped, nobody] = await Promise.all([
      holdfastProcess(['verify', '--source', source, '--note', note, '--json'], local()),
      holdfastProcess(['verify', '--source', source, '--note', source], local()),
      holdfastProcess(['verify', '--source', join(folder, 'none'), '--note', note], local()),
      holdfastProcess(['audit', 'verify', '--json'], local()),
      holdfastProcess(['keys', 'rewrap', '--json'], local()),
      holdfastProcess(['audit', 'verify'], { ...local(), DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' }),
    ]);
    expect([doubtful.code, json<Verification>(doubtful.out).verdict]).toEqual([6, 'doubtful']);
    expect([sound.code, sound.out]).toEqual([0, expect.stringContaining('0 of ')]);
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') });
    expect([chain.code, json(chain.out)]).toEqual([0, { data: [{ tenantId: LOCAL_TENANT, entries: 2, broken: null }] }]);
    expect([wrapped.code, json(wrapped.out)]).toEqual([0, { rewrapped: expect.any(Number) }]);
    expect(nobody).toMatchObject({ code: 3, err: expect.stringContaining('database_unavailable') });
    await inTenant(async (tx) => {
      for (const change of ['alter table audit_log disable trigger audit_stays', `update audit_log set action = 'run.deleted' where n = 2`, 'alter table audit_log enable trigger audit_stays']) await tx.query(change);
    });
    expect(await holdfastProcess(['audit', 'verify'], local())).toMatchObject({ code: 6, out: `tenant ${LOCAL_TENANT}: entry 2 was changed\n` });
  });
});
