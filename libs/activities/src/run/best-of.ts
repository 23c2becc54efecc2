import type { ChatResult, ModelCall, StepDigest, ToolKind } from '#contracts';
import { candidateScore } from '#drift';
import { type NewCandidate, readWindow, withTx } from '#store';
import type { AgentImplementation, TurnContext } from '../agent.js';
import { WINDOW } from './checkpoint.js';
import type { Delivery } from './delivery.js';
import type { RunDeps } from './deps.js';
import { type Ask, diceOf, type Generated, generate, isUnreadable, unread } from './generate.js';
import { readReply } from './settle-turn.js';

/** Between the seeds of turns that are drawn for one step. */
const SEED_STRIDE = 7_919;

type Reader = { agent: AgentImplementation; context: TurnContext };
/** What a turn is judged by: as its agent reads it, beside the branch's digests, newest first. */
type Measure = Reader & { window: StepDigest[] };
type Drawn = Generated & { seed: number | null; ms: number; score: number; valid: boolean };

/** The step's turn: one answer, or where the ladder resamples, the least drifting of several. */
export async function drawTurn(deps: RunDeps, call: ModelCall, delivery: Delivery, ask: Ask, reader: Reader): Promise<Generated & { candidates?: NewCandidate[] }> {
  const samples = call.attempt === 1 && !call.steering?.holdout ? (call.steering?.samples ?? 1) : 1;
  if (samples < 2) return generate(deps, call, delivery, ask);
  const window = deps.cache.branch(call.runId, call.parent)?.digests ?? (await withTx(deps.pool, call.tenantId, (tx) => readWindow(tx, call, call.parent, WINDOW)));
  const drawn: Drawn[] = [];
  for (let n = 0; n < samples; n++) {
    drawn.push(await draw(deps, call, delivery, withSeed(ask, n), { ...reader, window }));
    // Nothing can be less like what was there.
    if (drawn.at(-1)!.score === 0) break;
  }
  const chosen = drawn.reduce((best, one) => (one.score < best.score ? one : best));
  const candidates = drawn.map((one, n): NewCandidate => {
    const { promptTokens, outputTokens, thinkingTokens } = one.result;
    return { n, chosen: one === chosen, score: one.score, valid: one.valid, seed: one.seed, promptTokens, outputTokens, thinkingTokens, ms: one.ms, text: wordsOf(one.result) };
  });
  const { result, streamed, refusal } = chosen;
  return { result, streamed, ...(refusal === undefined ? {} : { refusal }), candidates };
}

const withSeed = (ask: Ask, n: number): Ask => (ask.sampling.seed === undefined ? ask : { ...ask, sampling: { ...ask.sampling, seed: ask.sampling.seed + n * SEED_STRIDE } });

async function draw(deps: RunDeps, call: ModelCall, delivery: Delivery, ask: Ask, { agent, context, window }: Measure): Promise<Drawn> {
  const started = Date.now();
  const generated = await generate(deps, call, delivery, ask, false).catch((error: unknown) => {
    if (isUnreadable(error)) return { ...unread(error), streamed: false };
    throw error;
  });
  const { result } = generated;
  const parsed = readReply(agent, call, { context, ...generated });
  const kinds = new Map<string, ToolKind>(agent.contract.tools.map(({ name, kind }) => [name, kind]));
  const calls = parsed.ok ? parsed.calls.map(({ name, args }) => ({ tool: name, kind: kinds.get(name) ?? 'exec', args })) : [];
  const score = candidateScore({ text: result.content, thinking: result.thinking, calls, broken: !parsed.ok }, window);
  return { ...generated, seed: ask.sampling.seed === undefined ? null : diceOf(call, ask.sampling.seed), ms: Date.now() - started, score, valid: parsed.ok };
}

/** What a turn says, its calls included. */
function wordsOf({ thinking, content, toolCalls }: ChatResult): string {
  return [thinking, content, ...toolCalls.map(({ name, args }) => `${name} ${JSON.stringify(args)}`)].filter(Boolean).join('\n');
}
