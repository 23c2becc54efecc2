import { type ChatMessage, HoldfastError, type ModelCall, type Sampling } from '#contracts';
import { compactionDue, shareBudget, staleUpTo } from '#loop';
import { estimateTokens } from '#models';
import { type RatioKey, withTx } from '#store';
import type { AgentImplementation, TurnPlan } from '../agent.js';
import { tokenRatio } from '../memory/calibration.js';
import { PER_MESSAGE, tokensOf } from '../memory/message-tokens.js';
import { recall, withinBudget } from '../memory/recall.js';
import { readBranch, shown } from '../memory/window.js';
import type { RunDeps } from './deps.js';
import { type Branch, HELD_WINDOWS, newestThatFit, sum } from './run-cache.js';

export { tokensOf } from '../memory/message-tokens.js';

/** Tokens kept free for the model's turn where the sampling names no maximum. */
export const DEFAULT_OUTPUT_TOKENS = 1_024;

/**
 * How many tokens of history fit between the system prompt and the turn.
 * @throws HoldfastError `context_too_small` where not even those two fit.
 */
export function historyBudget(contextTokens: number, sampling: Sampling, plan: TurnPlan, extra: ChatMessage[]): number {
  const fixed = estimateTokens(plan.system) + PER_MESSAGE + [...plan.turn, ...extra].reduce((n, m) => n + tokensOf(m), 0) + (plan.tools ? estimateTokens(JSON.stringify(plan.tools)) : 0);
  const budget = contextTokens - (sampling.maxTokens ?? DEFAULT_OUTPUT_TOKENS) - fixed;
  if (budget < 0) throw new HoldfastError('context_too_small', `The prompt needs ${contextTokens - budget} tokens and the context has ${contextTokens}. Raise HOLDFAST_CONTEXT_TOKENS or give the run less to read at once.`);
  return budget;
}

/** The same by the runtime's measure: our estimate is brought to it by measuring the context in our tokens. */
export async function roomFor(deps: RunDeps, ask: { measure: RatioKey; plan: TurnPlan; sampling: Sampling; extra: ChatMessage[] }): Promise<number> {
  return historyBudget(Math.floor(deps.contextTokens / (await tokenRatio(deps.pool, ask.measure))), ask.sampling, ask.plan, ask.extra);
}

export type Gathered = {
  /** What goes to the runtime, in order. */
  messages: ChatMessage[];
  /** Tokens of it, by our estimate and before the model's ratio. */
  estimated: number;
  /** Set where room must be made before the next step: the tokens that the past may have. */
  compact?: number;
};

/**
 * Fits a turn's prompt into the context: the system's and the pinned words, the summary, the newest whole steps with
 * their results whole while they are fresh, what memory has about the turn, and the turn.
 */
export async function gatherContext(deps: RunDeps, call: ModelCall, ask: { agent: AgentImplementation; measure: RatioKey; plan: TurnPlan; sampling: Sampling; extra: ChatMessage[] }): Promise<Gathered> {
  const { plan, extra } = ask;
  const budget = await roomFor(deps, ask);
  if (plan.history === 'none') return finished(plan, [], extra);
  const held = deps.cache.branch(call.runId, call.parent) ?? (await load(deps, call));
  const maskTo = plan.tools && ask.agent.contract.memory?.tools !== false ? staleUpTo(call.parent) : 0;
  const window = held.messages.map((m) => shown(m, maskTo));
  const past = await pastOf(deps, call, held, budget, [...window.slice(-2).map((m) => m.message), ...extra, ...plan.turn]);
  const recent = newestThatFit({ messages: window, omitted: held.omitted }, budget - past.tokens);
  const sinceLast = sum(window.filter((m) => m.step > (held.memory?.step ?? 0)));
  const due = ask.agent.contract.memory?.compaction !== false && compactionDue({ shown: sum(window) + past.tokens, sinceLast, budget });
  const note: ChatMessage[] = recent.omitted ? [{ role: 'user', content: 'Earlier steps are not shown here.' }] : [];
  const gathered = finished(plan, [...past.before, ...note, ...recent.messages.map((m) => m.message), ...past.found], extra);
  return due ? { ...gathered, compact: budget } : gathered;
}

function finished(plan: TurnPlan, past: ChatMessage[], extra: ChatMessage[]): Gathered {
  const messages: ChatMessage[] = [{ role: 'system', content: plan.system }, ...past, ...extra, ...plan.turn];
  return { messages, estimated: messages.reduce((n, m) => n + tokensOf(m), 0) + (plan.tools ? estimateTokens(JSON.stringify(plan.tools)) : 0) };
}

/** Reads back what the branch holds, for this step and the ones that follow. */
async function load(deps: RunDeps, call: ModelCall): Promise<Branch> {
  const branch = await withTx(deps.pool, call.tenantId, (tx) => readBranch(tx, call, call.parent, deps.contextTokens * HELD_WINDOWS));
  deps.cache.set(call.runId, branch);
  return branch;
}

type Past = { before: ChatMessage[]; found: ChatMessage[]; tokens: number };

/** What stands for the steps that are no longer in the window. */
async function pastOf(deps: RunDeps, call: ModelCall, held: Branch, budget: number, about: ChatMessage[]): Promise<Past> {
  if (!held.memory) return { before: [], found: [], tokens: 0 };
  const { record } = held.memory;
  const pinned = record.pinned.map((p) => `- ${p}`);
  const shares = shareBudget(budget, { pinned: pinned.reduce((n, p) => n + estimateTokens(p) + 1, 0), summary: estimateTokens(record.summary), retrieved: budget });
  // The newest of what is pinned matters most where not all of it fits.
  const kept = withinBudget(pinned.toReversed(), shares.pinned).toReversed();
  const parts = [kept.length ? `To be kept in mind, word by word:\n${kept.join('\n')}` : '', record.summary ? `What was done so far, in short:\n${record.summary}` : ''].filter(Boolean);
  const before: ChatMessage[] = parts.length ? [{ role: 'user', content: parts.join('\n\n') }] : [];
  const found = await recall(deps.pool, call, record, about.map((m) => m.content).join('\n').slice(-4_000), shares.retrieved);
  const past = { before, found: found ? [found] : [] };
  return { ...past, tokens: [...past.before, ...past.found].reduce((n, m) => n + tokensOf(m), 0) };
}
