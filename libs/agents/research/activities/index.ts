import type { AgentImplementation } from '#activities';
import { researchContract, type ResearchInput, type ResearchResult, type ResearchState } from '../contract.js';
import * as turns from '../prompts/turns.js';
import { answer } from './answer.js';
import { askTurn, parseAsk } from './ask.js';
import { judge } from './judge.js';
import { rerank } from './rerank.js';
import { search } from './search.js';
import { gathered, note, parseTask, taskTurn } from './tasks/index.js';

/** A step that is tried again must not give the same answer again. */
const RETRY_TEMPERATURE = 0.4;

/** Every turn carries the question and what was found, so it needs no history. */
export const research: AgentImplementation = {
  contract: researchContract,
  prompts: Object.values(turns).map(String),
  initialState: () => ({ searches: [], passages: [] }) satisfies ResearchState,
  prepareTurn: async (ctx) => ({ system: turns.SYSTEM, history: 'none', ...(ctx.attempt > 1 ? { sampling: { temperature: RETRY_TEMPERATURE } } : {}), ...(await (asks(ctx.input) ? askTurn(ctx) : taskTurn(ctx))) }),
  partialResult: ({ input, state }) => (asks(input) ? drafted(state as ResearchState) : gathered(input as ResearchInput, state as ResearchState)),
  parseTurn: (ctx, out) => (asks(ctx.input) ? parseAsk(ctx, out.content) : parseTask(ctx, out.content)),
  tools: { search, rerank, answer, judge, note },
};

/** Runs of before there were tasks have none in their input. */
const asks = (input: unknown): boolean => ((input as ResearchInput).task ?? 'ask') === 'ask';

/** An answer that has not been judged yet, or what was searched for one. */
function drafted(state: ResearchState): ResearchResult {
  const claims = state.draft ?? [];
  return { answer: claims.map((c, i) => `${c.text} [${i + 1}]`).join(' '), claims, found: claims.length > 0, searched: state.searches.map(({ query, added }) => ({ query, added })) };
}
