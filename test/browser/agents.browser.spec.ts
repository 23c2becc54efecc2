import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createCodingAgent } from '#agents/coding/activities/index';
import { dungeonMaster } from '#agents/dungeon-master/activities/index';
import { medical } from '#agents/medical/activities/index';
import { research } from '#agents/research/activities/index';
import { TOOLS_DIR } from '#platform/stack';
import { createSandbox, findExecutables, Workspaces } from '#workspace';
import { pdfOf, pictureOf } from '../../libs/corpus/src/testing/pictures.js';
import { installedBrowser, type Tab } from '../harness/browser.js';
import { Library } from '../harness/library.js';
import { FABRICATE } from '../harness/scribe.js';
import { CHECK, FILE, MODELS, pagesOf, script, TOLD, TRIALS, UNSAID } from './agent-scripts.js';
import { ConsoleStack } from './console-stack.js';
import { inkBelow, untilPicture } from './in-page.js';

jest.setTimeout(90_000);
const BROWSER = installedBrowser();
const described = BROWSER ? describe : describe.skip;
const VISITS = join(import.meta.dirname, '../../samples/clinical/visits.csv');

/** What each agent delivers, in the form that a person works with it, from runs of the agents themselves. */
described('what agents deliver, in a browser', () => {
  let all: ConsoleStack;
  let tab: Tab;
  let page: Page;
  let folder: string;
  let library: Library;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-agents-'));
    // The sandbox works as somebody else.
    chmodSync(folder, 0o755);
    const node = dirname(dirname(process.execPath));
    const coding = createCodingAgent({ workspaces: new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] }), sandbox: createSandbox({ executables: findExecutables(TOOLS_DIR), readOnly: [node], path: [join(node, 'bin')] }), setupHosts: [] });
    all = await ConsoleStack.start(BROWSER!, [research, coding, medical, dungeonMaster], script);
    library = await Library.make(all.stack);
    for (const trial of TRIALS) await library.ingest({ uploads: [{ name: trial.name, bytes: await pdfOf(pagesOf(trial)) }] });
  }, 120_000);
  afterAll(async () => {
    await all?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    tab = await all.tab();
    page = tab.page;
  });
  afterEach(async () => {
    await tab.close();
    expect(tab.wrong).toEqual([]);
  });

  /** A folder with a file that says one, and a check that wants two. */
  function repository(): string {
    const repo = mkdtempSync(join(folder, 'repo-'));
    chmodSync(repo, 0o755);
    writeFileSync(join(repo, FILE.name), FILE.before);
    writeFileSync(join(repo, 'check.sh'), CHECK);
    for (const args of [['init', '-q', '-b', 'main'], ['add', '-A'], ['-c', 'user.name=u', '-c', 'user.email=u@localhost', 'commit', '-q', '-m', 'first']]) execFileSync('git', ['-C', repo, ...args]);
    return repo;
  }
  const post = async (path: string, body: object): Promise<{ id: string }> => {
    const answer = await all.stack.post<{ id: string }>(path, body);
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const untilStatus = (words: string): Promise<void> => page.getByRole('status', { name: 'Status of the run' }).getByText(words, { exact: true }).waitFor({ timeout: 40_000 });
  async function open(body: { agent: string; input: Record<string, unknown>; model: string; corpusId?: string }, ends = 'completed'): Promise<string> {
    const { id } = await post('/runs', body);
    await tab.go(`/runs/${id}`);
    await untilStatus(ends);
    await page.getByRole('tab', { name: 'Result' }).click();
    return id;
  }
  const researched = (input: Record<string, unknown>): Promise<string> => open({ agent: 'research', corpusId: library.id, input, model: MODELS.reader });
  const details = () => page.getByRole('complementary', { name: 'Details' });

  it('opens the page of a citation as it looks, with the quotation marked on it and as text', async () => {
    await researched({ question: 'Did vitamin C lower the pain?' });
    await details().getByText('It lowered pain in one trial.').waitFor();
    await details().getByRole('button', { name: 'Source 1: leiden.pdf, page 2' }).click();
    const drawer = page.getByRole('dialog', { name: 'leiden.pdf, page 2' });
    const picture = drawer.getByRole('img', { name: 'Page 2 of leiden.pdf, with the quotation marked' });
    await picture.waitFor();
    expect(await drawer.locator('mark').innerText()).toBe('Vitamin C lowered pain in 40 patients of the trial.');
    // The mark lies on the sentence: within the sheet's first lines, with letters below it.
    const marks = await Promise.all((await drawer.locator('.sheet-mark').all()).map(async (mark) => (await mark.boundingBox())!));
    const sheet = (await picture.boundingBox())!;
    expect(marks.length).toBeGreaterThan(0);
    for (const mark of marks) expect([mark.width > 15, mark.height > 6, mark.height < 40, mark.y > sheet.y, mark.y < sheet.y + sheet.height / 3]).toEqual([true, true, true, true, true]);
    expect(await inkBelow(page, '.sheet canvas', '.sheet-mark')).toBeGreaterThan(0.02);
    expect(await tab.barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'hidden' });
  });

  it('shows pictures of pages that were recognised, and formats without pages as text', async () => {
    const other = await Library.make(all.stack);
    await other.ingest({ uploads: [{ name: 'scan.pdf', bytes: await pdfOf([pictureOf(['The keeper lit the lamp', 'at seven every evening.'])]) }, { name: 'note.txt', bytes: 'The boat was painted green. It sank in the harbour.' }] });
    const shown = async (words: string, of: string): Promise<ReturnType<Page['getByRole']>> => {
      await tab.go(`/corpora/${other.id}?q=${words}`);
      await page.getByRole('region', { name: 'Search' }).locator('.passage').filter({ hasText: of }).getByRole('button', { name: 'Show its page' }).click();
      return page.getByRole('dialog', { name: new RegExp(`^${of}`) });
    };
    const scan = await shown('lamp', 'scan.pdf');
    await scan.getByRole('img', { name: /^Page 1 of scan\.pdf/ }).waitFor();
    const text = await shown('harbour', 'note.txt');
    expect(await text.locator('mark').innerText()).toContain('It sank in the harbour.');
    expect(await text.locator('.sheet').count()).toBe(0);
  });

  it('makes flashcards that are taken and learned by keyboard', async () => {
    await researched({ question: 'The trials', task: 'flashcards' });
    await details().getByText('What did the trial of 2019 find?').click();
    await details().getByText('pain was lowered').waitFor();
    await details().getByRole('button', { name: 'Take 2 cards to learn' }).click();
    await details().getByRole('link', { name: 'Learn them' }).click();
    await page.waitForURL(/\/console\/cards\?corpus=/);
    for (const left of [2, 1]) {
      await page.getByText(`${left} due, from`).waitFor();
      await page.keyboard.press('Space');
      await page.locator('blockquote').waitFor();
      expect(await tab.barriers()).toEqual([]);
      await page.keyboard.press(left === 2 ? '3' : '4');
    }
    await page.getByText('No card is due').waitFor();
  });

  it('shows a timeline whose conflicts are said, a comparison with its gaps, and contradictions with both sources', async () => {
    await researched({ question: 'The trial', task: 'timeline' });
    const timeline = details().getByRole('list', { name: 'Timeline' });
    expect((await timeline.getByRole('listitem').allInnerTexts()).map((line) => line.replace(/\s+/g, ' '))).toEqual([expect.stringMatching(/^2019-05-03 The trial began.*conflicts with 2/), expect.stringMatching(/^2020-06-07 .*conflicts with 1/)]);
    await timeline.getByRole('button', { name: 'Source 2: delft.pdf, page 2' }).click();
    await page.getByRole('img', { name: 'Page 2 of delft.pdf, with the quotation marked' }).waitFor();

    await researched({ question: 'Compare', task: 'compare', dimensions: ['patients', 'sponsor'] });
    const row = details().getByRole('row', { name: /leiden\.pdf/ });
    expect(await row.getByRole('cell').allInnerTexts()).toEqual([expect.stringMatching(/^40/), 'not stated']);
    await row.getByRole('button', { name: /^Source 1/ }).waitFor();

    await researched({ question: 'Vitamin C and pain', task: 'contradictions' });
    await details().getByText('direction', { exact: true }).waitFor();
    await details().getByText('One lowered pain and one raised it.').waitFor();
    for (const [n, { name }] of TRIALS.entries()) await details().getByRole('button', { name: `Source ${n + 1}: ${name}, page 2` }).waitFor();
    expect(await tab.barriers()).toEqual([]);
  });

  it('shows a patch with its tests before and after, and the log of what was run', async () => {
    await open({ agent: 'coding', input: { repo: repository(), task: 'write two into a.txt', testCommand: 'sh check.sh' }, model: MODELS.coder });
    await details().getByText('fixed', { exact: true }).waitFor();
    expect(await details().getByRole('row').allInnerTexts()).toEqual([expect.stringMatching(/^Tests/), expect.stringMatching(/^before\s+0\s+1\s+1$/), expect.stringMatching(/^after\s+1\s+0\s+0$/)]);
    const patch = details().getByRole('region', { name: 'The patch' });
    expect([await patch.locator('.del').filter({ hasText: '-one' }).count(), await patch.locator('.add').filter({ hasText: '+two' }).count()]).toEqual([1, 1]);
    const log = details().getByRole('region', { name: 'Log' });
    await log.getByText('Commands and tests, with their output').click();
    expect(await log.getByRole('group', { name: 'Step 1: run' }).innerText()).toMatch(/cat a\.txt[^]*exit code 0\none/);
    expect(await log.getByRole('group', { name: 'Step 3: test' }).innerText()).toContain('ok 1 - says two');
    expect(await tab.barriers()).toEqual([]);
    await log.getByRole('link', { name: 'step 2' }).click();
    await page.getByRole('button', { name: 'Step 2', exact: true, pressed: true }).waitFor();
  });

  it('shows the difference that a person is to approve, and tells the run why it was rejected', async () => {
    const { id } = await post('/runs', { agent: 'coding', input: { repo: repository(), task: 'write two into a.txt' }, model: MODELS.publisher });
    await tab.go('/approvals');
    const card = page.getByRole('region', { name: 'Approval of publish' });
    const difference = card.getByRole('region', { name: 'Patch' });
    await difference.locator('.add').filter({ hasText: '+two' }).waitFor({ timeout: 40_000 });
    await difference.locator('.del').filter({ hasText: '-one' }).waitFor();
    expect(await tab.barriers()).toEqual([]);
    await card.getByRole('textbox', { name: 'Words to the run' }).fill('Three would be better.');
    await card.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Nothing waits for you').waitFor();
    await tab.go(`/runs/${id}?step=2`);
    await untilStatus('completed');
    const step = page.getByRole('article', { name: 'Step 2', exact: true });
    await step.getByText(/publish answered/).click();
    await step.getByText(/Three would be better\./).waitFor();
  });

  it('shows a note beside its source, what has no support and what was left out, and takes a signature', async () => {
    const [, transcript] = /made-up-1,"([^"]+)"/.exec(readFileSync(VISITS, 'utf8'))!;
    const id = await open({ agent: 'medical', input: { transcript: `${transcript}\n[doctor] ${FABRICATE}`, template: { sections: [{ title: 'Medication' }, { title: 'Chief complaint' }] } }, model: MODELS.scribe }, 'waits for approval');
    await details().getByRole('button', { name: 'Read the draft beside its source' }).click();
    const note = page.getByRole('dialog', { name: 'The draft beside its source' });
    await note.getByRole('button', { name: /^Where the source says/ }).first().click();
    const marked = note.getByRole('region', { name: 'Source' }).locator('mark');
    await marked.first().waitFor();
    expect(transcript).toContain((await marked.first().innerText()).trim());
    const doubtful = note.locator('.doubtful').filter({ hasText: UNSAID });
    expect(await doubtful.innerText()).toMatch(/not in the source: .*9/);
    await note.getByText(/\d sentences without support/).first().waitFor();
    const omissions = note.getByRole('region', { name: 'Left out' });
    await omissions.getByRole('button', { name: /penicillin/i }).first().click();
    expect((await marked.allInnerTexts()).join(' ')).toMatch(/penicillin/);
    expect(await tab.barriers()).toEqual([]);
    const signature = note.getByRole('region', { name: 'Signature' });
    await signature.getByLabel('Comment, or the reason of a refusal').fill('read and right');
    await signature.getByRole('button', { name: 'Sign', exact: true }).click();
    await signature.getByText(/^Signed by .*: read and right$/).waitFor();
    await signature.getByLabel('Addendum').fill('She rang: the rash is gone.');
    await signature.getByRole('button', { name: 'Add' }).click();
    await signature.getByText(/^Addendum 1, .*the rash is gone\.$/).waitFor();
    await tab.go(`/runs/${id}`);
    await untilStatus('completed');
  });

  it('shows a world: its map, people, what they feel, what happened, and takes a turn back', async () => {
    const made = (entity: object) => ({ kind: 'created', entity });
    const { id: worldId } = await post('/worlds', {
      name: 'The inn',
      changes: [
        made({ id: 'inn', type: 'location', name: 'the inn' }),
        made({ id: 'yard', type: 'location', name: 'the yard' }),
        made({ id: 'out', type: 'exit', name: '', in: 'inn', attrs: { to: 'yard', direction: 'east' } }),
        made({ id: 'back', type: 'exit', name: '', in: 'yard', attrs: { to: 'inn', direction: 'west' } }),
        made({ id: 'hero', type: 'character', name: 'Aldo', in: 'inn', attrs: { alive: true, player: true, gold: 10, hp: 20 } }),
        made({ id: 'mira', type: 'character', name: 'Mira', in: 'inn', attrs: { alive: true, gold: 0, hp: 9 } }),
        made({ id: 'lamp', type: 'item', name: 'brass lamp', in: 'inn' }),
        { kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: -15, cause: 'caught stealing her purse' },
      ],
    });
    await open({ agent: 'dungeon-master', input: { worldId, actor: 'hero', said: 'I take the brass lamp' }, model: MODELS.teller });
    await details().getByText(TOLD).waitFor();
    await details().getByRole('link', { name: /^The world, at version 10/ }).click();
    await page.getByRole('heading', { name: 'The inn', level: 1 }).waitFor();
    await page.getByRole('img', { name: 'Map of the places and the ways between them' }).waitFor();
    await untilPicture(page, 'img[alt^="Map"]');
    const tabOf = (name: string) => page.getByRole('tab', { name }).click();
    await tabOf('Characters');
    await page.getByRole('region', { name: 'Aldo' }).getByText('in the inn').waitFor();
    await tabOf('Relations');
    expect(await page.getByRole('row', { name: /Mira/ }).innerText()).toMatch(/Mira\s+Aldo\s+trust\s+-15/);
    await tabOf('Everything');
    const lampIn = (place: string) => page.getByRole('row').filter({ hasText: new RegExp(`^brass lamp\\s*item\\s*${place}`) }).waitFor();
    await lampIn('Aldo');
    await tabOf('What happened');
    await page.getByRole('cell', { name: /^brass lamp goes to Aldo/ }).waitFor();
    expect(await tab.barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Undo the last turn' }).click();
    await page.getByText('The turn was taken back.').waitFor();
    await tabOf('Everything');
    await lampIn('the inn');
    await page.getByRole('button', { name: 'Redo' }).click();
    await page.getByText('The turn is there again.').waitFor();

    const file = join(folder, 'campaign.json');
    writeFileSync(file, JSON.stringify((await all.stack.get(`/worlds/${worldId}/export`)).body));
    await tab.go('/worlds');
    await page.locator('input[type=file]').setInputFiles(file);
    await page.waitForURL((url) => /\/worlds\/[0-9a-f-]{36}$/.test(url.pathname) && !url.pathname.endsWith(worldId));
    await page.getByRole('heading', { name: 'campaign', level: 1 }).waitFor();
  });
});
