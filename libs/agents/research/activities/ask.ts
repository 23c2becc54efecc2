import type { ParsedTurn, TurnContext, TurnPlan } from '#activities';
import { estimateTokens, parseStructured } from '#models';
import { type FoundPassage, MAX_CLAIMS, MAX_QUERIES, MAX_QUERY_LENGTH, MAX_SEARCHES, researchContract, type ResearchInput, type ResearchState } from '../contract.js';
import { type AnswerTurn, judgeTurn, quotesTurn, rerankTurn, searchTurn, sentencesTurn, SYSTEM } from '../prompts/turns.js';
import { anyOf, answerFormat, judgeFormat, maySearch, mustSearch, notFoundFormat, rerankFormat, searchFormat, turnSchema } from './formats.js';
import { fitting, nameAll, type NamedPassage } from './shown.js';
import { guidanceOf, within } from './steering.js';

/** Passages take an eighth of the context, or this much: with more, a small model loses the question and a slow one reads for a minute. By our count, which is high. */
const PROMPT_SHARE = 8;
const LEAST_PROMPT_TOKENS = 800;
/** Role markers, and the difference between our count and the runtime's. */
const MARGIN = 200;

/** Searches, answers from what was found, and has the answer judged. */
export async function askTurn(ctx: TurnContext): Promise<Pick<TurnPlan, 'turn' | 'format'>> {
  const input = ctx.input as ResearchInput;
  const state = ctx.state as ResearchState;
  if (state.draft) return { turn: user(judgeTurn(state.draft, ctx.rejection)), format: judgeFormat(state.draft.length) };
  const beside = await guidanceOf(ctx);
  // Where a person has narrowed the scope since, nothing may be left of what was found.
  const found = await within(ctx, beside.scope, state.passages);
  if (found.length === 0) return { turn: user(searchTurn(input.question, input.queries ?? 1, beside, ctx.rejection)), format: searchFormat(input.queries ?? 1) };
  if (mustRerank(input, state) && found.length > 1) return rerankPlan(ctx, input, found);
  const write = input.mode === 'quotes' ? quotesTurn : sentencesTurn;
  const may = { maySearch: maySearch(input, state), mayRefuse: input.mayRefuse };
  const ask = (passages: NamedPassage[]): string => write({ question: input.question, choices: input.choices ?? [], beside, passages, state, ...may, rejection: ctx.rejection } satisfies AnswerTurn);
  const shown = fitting(nameAll(found), passageTokens(ctx.deps.contextTokens, estimateTokens(SYSTEM + ask([]))));
  const formats = [answerFormat(input, shown), ...(may.maySearch ? [searchFormat(input.queries ?? 1)] : []), ...(may.mayRefuse ? [notFoundFormat] : [])];
  return { turn: user(ask(shown)), format: anyOf(formats) };
}

const mustRerank = (input: ResearchInput, state: ResearchState): boolean => input.rerank === true && state.rerankedAt !== state.searches.length;

function rerankPlan(ctx: TurnContext, input: ResearchInput, found: FoundPassage[]): Pick<TurnPlan, 'turn' | 'format'> {
  const named = nameAll(found);
  return { turn: user(rerankTurn(input.question, named, ctx.rejection)), format: rerankFormat(named.map((p) => p.name)) };
}

/** How many tokens of passages a turn shows, by our count. */
export function passageTokens(contextTokens: number, otherTokens: number): number {
  const left = contextTokens - (researchContract.sampling.maxTokens ?? 0) - MARGIN - otherTokens;
  return Math.min(left, Math.max(LEAST_PROMPT_TOKENS, contextTokens / PROMPT_SHARE));
}

const unique = (queries: string[]): string[] => [...new Set(queries.map((q) => q.trim().slice(0, 2 * MAX_QUERY_LENGTH)).filter((q) => q !== ''))];

export const user = (content: string): TurnPlan['turn'] => [{ role: 'user', content }];

export function parseAsk(ctx: TurnContext, content: string): ParsedTurn {
  const input = ctx.input as ResearchInput;
  const state = ctx.state as ResearchState;
  const turn = parseStructured(turnSchema, content);
  if (!turn.ok) return turn;
  const said = turn.value;
  if (state.draft) {
    if (said.action !== 'judge') return { ok: false, reason: 'The answer stands to be judged: "action" is "judge".' };
    return { ok: true, text: '', calls: [{ name: 'judge', args: { verdicts: said.verdicts } }] };
  }
  if (said.action === 'judge') return { ok: false, reason: 'There is no answer to be judged yet.' };
  if (said.action === 'rerank') return mustRerank(input, state) ? { ok: true, text: '', calls: [{ name: 'rerank', args: { passages: said.passages } }] } : { ok: false, reason: 'The passages are in order: answer from them.' };
  if (said.action === 'answer' || said.action === 'not_found') {
    if (mustSearch(state)) return { ok: false, reason: 'Nothing has been found yet: search first.' };
    if (said.action === 'not_found' && !input.mayRefuse) return { ok: false, reason: 'Answer from the passages.' };
    if (said.action === 'not_found') return { ok: true, text: '', calls: [{ name: 'answer', args: { claims: [] } }] };
    if (input.choices && !input.choices.includes(said.choice ?? '')) return { ok: false, reason: `"choice" is one of ${input.choices.join(', ')}.` };
    return { ok: true, text: '', calls: [{ name: 'answer', args: { claims: said.claims.slice(0, MAX_CLAIMS), ...(input.choices ? { choice: said.choice } : {}) } }] };
  }
  // One search more than the run was given may be due to a scope that was narrowed; the schema offers none without that.
  if (!mustSearch(state) && state.searches.length >= MAX_SEARCHES) return { ok: false, reason: 'No searches are left: answer from the passages.' };
  // A query of nothing is a small model's way of having no idea; its question will do.
  const [query = input.question, ...more] = unique('queries' in said ? said.queries : [said.query]).slice(0, MAX_QUERIES);
  return { ok: true, text: '', calls: [{ name: 'search', args: { query, ...(more.length ? { more } : {}) } }] };
}
