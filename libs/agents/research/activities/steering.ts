import type { TurnContext } from '#activities';
import { readRunRecord, readScope, readScopeDocuments, readWords, type RunRecord, type ScopeDocument, type Tx, withTx } from '#store';
import type { ResearchInput, Scope } from '../contract.js';

/** What a run goes by beside its question: what people said meanwhile, the scope that follows, and the question before it. */
export type Guidance = { words: string[]; /** Before anybody said anything. */ asked: Scope; scope: Scope; before: { question: string; answer: string } | null };

/** Of a run: all that was said to it. */
const LATEST_STEP = 2 ** 31 - 1;
/** Questions that one goes back to; who asks on for longer has said by then what is meant. */
const LONGEST_CHAIN = 20;

/**
 * The input's scope, or that of the run before, narrowed by what people have said since: "only papers after 2020" is
 * read by code, so that it holds whatever the model makes of it; the words go to the model besides.
 */
export async function guidanceOf(ctx: TurnContext): Promise<Guidance> {
  const input = ctx.input as ResearchInput;
  return withTx(ctx.deps.pool, ctx.tenantId, async (tx) => {
    const words = await readWords(tx, ctx, ctx.step);
    const previous = input.followUpOf ? await researchRun(tx, ctx.tenantId, input.followUpOf) : null;
    const asked = input.scope ?? (previous ? await scopeAtEnd(tx, ctx.tenantId, previous) : {});
    const before = previous ? { question: (previous.input as ResearchInput).question, answer: String((previous.result as { answer?: unknown } | null)?.answer ?? '') } : null;
    return { words, asked, scope: words.reduce(narrowed, asked), before };
  });
}

/** The scope that a run ended with: what was said to it still holds for who asks on, and so does what held before it. */
async function scopeAtEnd(tx: Tx, tenantId: string, last: RunRecord): Promise<Scope> {
  const said: string[][] = [];
  let scope: Scope = {};
  for (let run: RunRecord | null = last, n = 0; run && n < LONGEST_CHAIN; n++) {
    said.unshift(await readWords(tx, { tenantId, runId: run.id }, LATEST_STEP));
    const input = run.input as ResearchInput;
    scope = input.scope ?? {};
    run = input.scope || !input.followUpOf ? null : await researchRun(tx, tenantId, input.followUpOf);
  }
  return said.flat().reduce(narrowed, scope);
}

async function researchRun(tx: Tx, tenantId: string, runId: string): Promise<RunRecord | null> {
  const run = await readRunRecord(tx, { tenantId, runId });
  return run?.agent === 'research' ? run : null;
}

/** The documents that a scope leaves; null where it leaves all. */
export async function documentsOf(ctx: TurnContext, scope: Scope): Promise<string[] | null> {
  if (Object.keys(scope).length === 0) return null;
  return (await withTx(ctx.deps.pool, ctx.tenantId, (tx) => readScope(tx, { tenantId: ctx.tenantId, corpusId: ctx.corpusId! }, scope))).documentIds;
}

/** What of a run's finds lies within its scope: it may have been narrowed since they were found. */
export async function within<T extends { documentId: string }>(ctx: TurnContext, scope: Scope, found: T[]): Promise<T[]> {
  const documents = found.length ? await documentsOf(ctx, scope) : null;
  return documents === null ? found : found.filter((f) => documents.includes(f.documentId));
}

export function scopeDocuments(ctx: TurnContext, scope: Scope): Promise<ScopeDocument[]> {
  return withTx(ctx.deps.pool, ctx.tenantId, (tx) => readScopeDocuments(tx, { tenantId: ctx.tenantId, corpusId: ctx.corpusId! }, scope));
}

const YEAR = '((?:19|20)\\d\\d)';
/** "Nothing before 2010" asks for what came after. Both are of one half-sentence, and no “but” or “only” stands between them. */
const REFUSED = /\b(?:no|not|nothing|none|never|without|except|exclud\w*|ignor\w*|skip\w*|leav\w* (?:out|aside)|omit\w*|drop\w*|disregard\w*|\w+n['’]t)\b(?:(?!\b(?:but|only|just|rather|instead)\b)[^.;,!?])*$/i;

type Bound = { pattern: RegExp; /** What a year then means, and what it means where it is refused. */ asked(year: number): Partial<Scope>; refused(year: number): Partial<Scope> };
const from = (year: number): Partial<Scope> => ({ from: `${year}-01-01` });
const to = (year: number): Partial<Scope> => ({ to: `${year}-12-31` });
const BOUNDS: Bound[] = [
  { pattern: new RegExp(`\\bbetween\\s+${YEAR}\\s+and\\s+${YEAR}\\b`, 'i'), asked: from, refused: () => ({}) },
  { pattern: new RegExp(`\\b(?:after|newer than|later than|more recent than)\\s+${YEAR}\\b`, 'i'), asked: (y) => from(y + 1), refused: to },
  { pattern: new RegExp(`\\b(?:since|from)\\s+${YEAR}\\b|\\b${YEAR}\\s+(?:or|and)\\s+(?:later|after|newer)\\b`, 'i'), asked: from, refused: (y) => to(y - 1) },
  { pattern: new RegExp(`\\b(?:before|older than|earlier than)\\s+${YEAR}\\b`, 'i'), asked: (y) => to(y - 1), refused: from },
  { pattern: new RegExp(`\\b(?:until|up to|till)\\s+${YEAR}\\b|\\b${YEAR}\\s+(?:or|and)\\s+(?:earlier|before|older)\\b`, 'i'), asked: to, refused: (y) => from(y + 1) },
];
const TAG = /\btag(?:ged)?\s+["“]?([\p{L}\p{N}_-]+)/iu;

/** A scope with the years and the tag that a person's words name. Of two that bound the same end the last in the list holds. */
export function narrowed(scope: Scope, words: string): Scope {
  const said = BOUNDS.flatMap(({ pattern, asked, refused }) => {
    const found = pattern.exec(words);
    if (!found) return [];
    const [first, second] = found.slice(1).filter(Boolean).map(Number);
    if (REFUSED.test(words.slice(0, found.index))) return [refused(first!)];
    return [asked(first!), ...(second ? [to(second)] : [])];
  });
  const tag = TAG.exec(words)?.[1];
  return Object.assign({}, scope, ...said, tag ? { tags: [...new Set([...(scope.tags ?? []), tag])] } : {}) as Scope;
}
