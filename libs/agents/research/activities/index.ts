import type { AgentImplementation, ParsedTurn, TurnContext, TurnPlan } from '#activities';
import { estimateTokens, parseStructured } from '#models';
import { MAX_CLAIMS, MAX_QUERY_LENGTH, researchContract, type ResearchInput, type ResearchState } from '../contract.js';
import { quotesTurn, searchTurn, sentencesTurn, SYSTEM } from '../prompts/turns.js';
import { answer } from './answer.js';
import { answerFormat, eitherFormat, maySearch, mustSearch, searchFormat, turnSchema } from './formats.js';
import { search } from './search.js';
import { fitting, nameAll, type NamedPassage } from './shown.js';

/** Passages take an eighth of the context, or this much: with more, a small model loses the question and a slow one reads for a minute. By our count, which is high. */
const PROMPT_SHARE = 8;
const LEAST_PROMPT_TOKENS = 800;
/** Role markers, and the difference between our count and the runtime's. */
const MARGIN = 200;
/** A step that is tried again must not give the same answer again. */
const RETRY_TEMPERATURE = 0.4;

/** Every turn carries the question and what was found, so it needs no history. */
export const research: AgentImplementation = {
  contract: researchContract,
  initialState: () => ({ searches: [], passages: [] }) satisfies ResearchState,
  prepareTurn: async (ctx) => ({ system: SYSTEM, history: 'none', ...(ctx.attempt > 1 ? { sampling: { temperature: RETRY_TEMPERATURE } } : {}), ...turnOf(ctx) }),
  parseTurn,
  tools: { search, answer },
};

function turnOf(ctx: TurnContext): Pick<TurnPlan, 'turn' | 'format'> {
  const input = ctx.input as ResearchInput;
  const { question, mode } = input;
  const state = ctx.state as ResearchState;
  if (mustSearch(state)) return { turn: user(searchTurn(question, ctx.rejection)), format: searchFormat };
  const write = mode === 'quotes' ? quotesTurn : sentencesTurn;
  const ask = (shown: NamedPassage[]): string => write(question, shown, state, maySearch(input, state), ctx.rejection);
  const shown = fitting(nameAll(state.passages), passageTokens(ctx.deps.contextTokens, estimateTokens(SYSTEM + ask([]))));
  const format = answerFormat(mode, shown);
  return { turn: user(ask(shown)), format: maySearch(input, state) ? eitherFormat(format) : format };
}

function passageTokens(contextTokens: number, otherTokens: number): number {
  const left = contextTokens - (researchContract.sampling.maxTokens ?? 0) - MARGIN - otherTokens;
  return Math.min(left, Math.max(LEAST_PROMPT_TOKENS, contextTokens / PROMPT_SHARE));
}

const user = (content: string): TurnPlan['turn'] => [{ role: 'user', content }];

function parseTurn(ctx: TurnContext, out: { content: string }): ParsedTurn {
  const state = ctx.state as ResearchState;
  const turn = parseStructured(turnSchema, out.content);
  if (!turn.ok) return turn;
  const said = turn.value;
  if (said.action === 'answer') {
    if (mustSearch(state)) return { ok: false, reason: 'Nothing has been found yet: search first.' };
    return { ok: true, text: '', calls: [{ name: 'answer', args: { claims: said.claims.slice(0, MAX_CLAIMS) } }] };
  }
  if (!mustSearch(state) && !maySearch(ctx.input as ResearchInput, state)) return { ok: false, reason: 'No searches are left: answer from the passages.' };
  // A query of nothing is a small model's way of having no idea; its question will do.
  const query = said.query.trim().slice(0, 2 * MAX_QUERY_LENGTH) || (ctx.input as ResearchInput).question;
  return { ok: true, text: '', calls: [{ name: 'search', args: { query } }] };
}
