import type { ParsedTurn, TurnContext, TurnPlan } from '#activities';
import { estimateTokens, parseStructured } from '#models';
import { MAX_CLAIMS, MAX_QUERY_LENGTH, researchContract, type ResearchInput, type ResearchState } from '../contract.js';
import { type AnswerTurn, judgeTurn, quotesTurn, searchTurn, sentencesTurn, SYSTEM } from '../prompts/turns.js';
import { anyOf, answerFormat, judgeFormat, maySearch, mustSearch, notFoundFormat, searchFormat, turnSchema } from './formats.js';
import { fitting, nameAll, type NamedPassage } from './shown.js';
import { guidanceOf } from './steering.js';

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
  if (mustSearch(state)) return { turn: user(searchTurn(input.question, beside, ctx.rejection)), format: searchFormat };
  const write = input.mode === 'quotes' ? quotesTurn : sentencesTurn;
  const may = { maySearch: maySearch(input, state), mayRefuse: input.mayRefuse };
  const ask = (passages: NamedPassage[]): string => write({ question: input.question, choices: input.choices ?? [], beside, passages, state, ...may, rejection: ctx.rejection } satisfies AnswerTurn);
  const shown = fitting(nameAll(state.passages), passageTokens(ctx.deps.contextTokens, estimateTokens(SYSTEM + ask([]))));
  const formats = [answerFormat(input, shown), ...(may.maySearch ? [searchFormat] : []), ...(may.mayRefuse ? [notFoundFormat] : [])];
  return { turn: user(ask(shown)), format: anyOf(formats) };
}

/** How many tokens of passages a turn shows, by our count. */
export function passageTokens(contextTokens: number, otherTokens: number): number {
  const left = contextTokens - (researchContract.sampling.maxTokens ?? 0) - MARGIN - otherTokens;
  return Math.min(left, Math.max(LEAST_PROMPT_TOKENS, contextTokens / PROMPT_SHARE));
}

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
  if (said.action === 'answer' || said.action === 'not_found') {
    if (mustSearch(state)) return { ok: false, reason: 'Nothing has been found yet: search first.' };
    if (said.action === 'not_found' && !input.mayRefuse) return { ok: false, reason: 'Answer from the passages.' };
    if (said.action === 'not_found') return { ok: true, text: '', calls: [{ name: 'answer', args: { claims: [] } }] };
    if (input.choices && !input.choices.includes(said.choice ?? '')) return { ok: false, reason: `"choice" is one of ${input.choices.join(', ')}.` };
    return { ok: true, text: '', calls: [{ name: 'answer', args: { claims: said.claims.slice(0, MAX_CLAIMS), ...(input.choices ? { choice: said.choice } : {}) } }] };
  }
  if (!mustSearch(state) && !maySearch(input, state)) return { ok: false, reason: 'No searches are left: answer from the passages.' };
  // A query of nothing is a small model's way of having no idea; its question will do.
  const query = said.query.trim().slice(0, 2 * MAX_QUERY_LENGTH) || input.question;
  return { ok: true, text: '', calls: [{ name: 'search', args: { query } }] };
}
