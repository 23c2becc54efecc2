import { describe, expect, it } from '@jest/globals';
import type { TurnContext } from '#activities';
import { LOCAL_TENANT } from '#contracts';
import { estimateTokens } from '#models';
import { type FoundPassage, MAX_SEARCHES, type ResearchState } from '../contract.js';
import { research } from './index.js';

/** Nobody has said anything to the run. */
const pool = { connect: async () => ({ query: async () => ({ rows: [], command: 'COMMIT' }), release: () => undefined, connection: { stream: { cork: () => undefined, uncork: () => undefined } } }) };

const passage = (n: number, text = `Passage ${n} says that treatment ${n} helped. It was tried in ${n} hundred patients.`): FoundPassage => ({ passageId: `p${n}`, documentId: 'd', documentName: 'studies.pdf', page: n, section: 'Results', text });
const context = (more: Partial<TurnContext> & { state?: ResearchState; contextTokens?: number }): TurnContext => ({
  tenantId: LOCAL_TENANT, runId: 'r', step: 2, attempt: 1, input: { question: 'Did it help?', mode: 'sentences', searches: 3 }, worldId: null, corpusId: 'c', rejection: null,
  ...more,
  state: more.state ?? { searches: [], passages: [] },
  deps: { pool, contextTokens: more.contextTokens ?? 8_192 } as unknown as TurnContext['deps'],
});
const searched = (passages: FoundPassage[], searches = 1): ResearchState => ({ searches: Array.from({ length: searches }, (_, i) => ({ query: `query ${i}`, vectors: true, added: 1 })), passages });
const plan = async (ctx: TurnContext) => {
  const { turn, format, sampling } = await research.prepareTurn(ctx);
  return { text: turn[0]!.content, format: format as Record<string, unknown>, sampling };
};
const parse = (state: ResearchState, said: unknown) => research.parseTurn(context({ state }), { content: typeof said === 'string' ? said : JSON.stringify(said) } as never);

describe('a turn', () => {
  it('searches first, and can do nothing else', async () => {
    const { text, format } = await plan(context({}));
    expect(text).toContain('Did it help?');
    expect(format).toMatchObject({ properties: { action: { enum: ['search'] } } });
  });

  it('shows numbered sentences, and lets an answer name only those', async () => {
    const { text, format } = await plan(context({ state: searched([passage(1), passage(2)], MAX_SEARCHES) }));
    expect(text).toContain('\n\nS3: Passage 2 says that treatment 2 helped.\nS4: ');
    expect(JSON.stringify(format)).toContain('"enum":["S1","S2","S3","S4"]');
    expect(JSON.stringify(format)).not.toContain('search');
  });

  it('offers a further search while some are left', async () => {
    const { text, format } = await plan(context({ state: searched([passage(1)], 2) }));
    expect(format['anyOf']).toHaveLength(2);
    expect(text).toContain('in other words than "query 0" and "query 1"');
  });

  it('offers none where the run has one search', async () => {
    const { format } = await plan(context({ state: searched([passage(1)]), input: { question: 'Did it help?', mode: 'sentences', searches: 1 } }));
    expect(format['anyOf']).toBeUndefined();
  });

  it('leaves out headings, questions and sources, on which nothing can rest', async () => {
    const { text } = await plan(context({ state: searched([passage(1, 'Did it help?\n\nResults and discussion\n\nFrom the archive.\n\nIt helped in nine of ten patients.')], MAX_SEARCHES) }));
    expect(text).toContain('S1: It helped in nine of ten patients.');
    expect(text).not.toContain('S2');
  });

  it('names passages where the model quotes in its own hand', async () => {
    const { text, format } = await plan(context({ state: searched([passage(1)], MAX_SEARCHES), input: { question: 'Did it help?', mode: 'quotes', searches: 3 } }));
    expect(text).toContain('[P1] studies.pdf, page 1, Results\nPassage 1 says');
    expect(JSON.stringify(format)).toContain('"passage":{"type":"string","enum":["P1"]}');
  });

  it('says why the last try was refused, and draws anew', async () => {
    const { text, sampling } = await plan(context({ state: searched([passage(1)]), attempt: 2, rejection: 'Claim 1 names S9.' }));
    expect(text).toContain('Your last answer was refused. Claim 1 names S9.');
    expect(sampling?.temperature).toBeGreaterThan(0);
  });

  it('shows as many passages as the context takes, and one in any case', async () => {
    const many = Array.from({ length: 12 }, (_, i) => passage(i + 1, `${passage(i + 1).text} `.repeat(12)));
    for (const contextTokens of [2_048, 4_096, 8_192]) {
      const { text } = await plan(context({ state: searched(many), contextTokens }));
      expect(estimateTokens(text)).toBeLessThan(contextTokens - 700);
      expect(text).toContain('Passage 1 says');
    }
    expect((await plan(context({ state: searched(many), contextTokens: 512 }))).text).not.toContain('Passage 2 says');
  });
});

describe('a closed question', () => {
  const input = { question: 'Did it help?', mode: 'sentences', searches: 1, choices: ['yes', 'no', 'maybe'] };
  const claims = [{ text: 'It helped.', sentences: ['S1'] }];
  const said = (choice?: string) => research.parseTurn(context({ state: searched([passage(1)]), input }), { content: JSON.stringify({ action: 'answer', claims, choice }) } as never);

  it('lets an answer choose, after its evidence, from what is given and nothing else', async () => {
    const { text, format } = await plan(context({ state: searched([passage(1)]), input }));
    expect(text).toContain('"choice" is the answer in a word: yes, no, maybe.');
    expect(Object.keys(format['properties'] as object)).toEqual(['action', 'claims', 'choice']);
    expect(format).toMatchObject({ properties: { choice: { enum: ['yes', 'no', 'maybe'] } }, required: expect.arrayContaining(['choice']) });
    expect(said('maybe')).toMatchObject({ ok: true, calls: [{ args: { claims, choice: 'maybe' } }] });
  });

  it.each([['perhaps'], [undefined]])('refuses %s', (choice) => expect(said(choice)).toEqual({ ok: false, reason: '"choice" is one of yes, no, maybe.' }));
});

describe('a search of several queries', () => {
  const input = { question: 'Did it help?', mode: 'sentences', searches: 1, queries: 3 };

  it('is asked for, and each query counts once', async () => {
    const { text, format } = await plan(context({ input }));
    expect(text).toContain('up to 3 search queries');
    expect(format).toMatchObject({ properties: { queries: { type: 'array', maxItems: 3 } } });
    const said = research.parseTurn(context({ input }), { content: JSON.stringify({ action: 'search', queries: ['help', ' help ', '', 'benefit'] }) } as never);
    expect(said).toEqual({ ok: true, text: '', calls: [{ name: 'search', args: { query: 'help', more: ['benefit'] } }] });
  });
});

describe('an order by the model', () => {
  const input = { question: 'Did it help?', mode: 'sentences', searches: 1, rerank: true };
  const found = searched([passage(1), passage(2), passage(3)]);

  it('is asked for once after a search, and names only what is shown', async () => {
    const { text, format } = await plan(context({ state: found, input }));
    expect(text).toContain('[P3] studies.pdf, page 3, Results: Passage 3 says');
    expect(format).toMatchObject({ properties: { action: { enum: ['rerank'] }, passages: { items: { enum: ['P1', 'P2', 'P3'] } } } });
    const parsed = research.parseTurn(context({ state: found, input }), { content: JSON.stringify({ action: 'rerank', passages: ['P3', 'P1'] }) } as never);
    expect(parsed).toEqual({ ok: true, text: '', calls: [{ name: 'rerank', args: { passages: ['P3', 'P1'] } }] });
    const { state } = await research.tools['rerank']!({ ...context({ state: found, input }), call: 0, idempotencyKey: 'k', signal: new AbortController().signal }, { passages: ['P3', 'P1'] });
    expect((state as ResearchState).passages.map((p) => p.passageId)).toEqual(['p3', 'p1', 'p2']);
    expect((await plan(context({ state: state as ResearchState, input }))).text).toMatch(/S1: Passage 3 says/);
  });

  it('is refused where it names what is not there', async () => {
    const result = await research.tools['rerank']!({ ...context({ state: found, input }), call: 0, idempotencyKey: 'k', signal: new AbortController().signal }, { passages: ['P9'] });
    expect(result).toMatchObject({ reject: { code: 'output_invalid', reason: expect.stringContaining('P9') } });
  });
});

describe('what the model says', () => {
  it('becomes a call', () => {
    expect(parse(searched([]), { action: 'search', query: ' metformin ' })).toEqual({ ok: true, text: '', calls: [{ name: 'search', args: { query: 'metformin' } }] });
    const claims = [{ text: 'Yes.', sentences: ['S1'] }];
    expect(parse(searched([passage(1)]), { action: 'answer', claims })).toEqual({ ok: true, text: '', calls: [{ name: 'answer', args: { claims } }] });
  });

  it('searches with the question where the query is blank', () => {
    expect(parse(searched([]), { action: 'search', query: ' ' })).toMatchObject({ calls: [{ args: { query: 'Did it help?' } }] });
  });

  it.each([
    ['is no JSON', searched([passage(1)]), 'It helped.'],
    ['ends too early', searched([passage(1)]), '{"action":"answer","claims":[{"text":"It hel'],
    ['answers before anything was found', searched([]), { action: 'answer', claims: [{ text: 'Yes.', sentences: ['S1'] }] }],
    ['searches once too often', searched([passage(1)], MAX_SEARCHES), { action: 'search', query: 'more' }],
    ['claims without evidence', searched([passage(1)]), { action: 'answer', claims: [{ text: 'Yes.', sentences: [] }] }],
    ['claims nothing', searched([passage(1)]), { action: 'answer', claims: [] }],
  ])('is refused with a reason where it %s', (_what, state, said) => expect(parse(state, said)).toEqual({ ok: false, reason: expect.stringMatching(/\w/) }));
});
