import { type ChatMessage, type ChatResult, HoldfastError, type ModelCall, type Route, type Sampling } from '#contracts';
import { createDegenerateDetector, CutGeneration } from '#models';
import type { TurnPlan } from '../agent.js';
import type { Activation } from './activation.js';
import { DEFAULT_OUTPUT_TOKENS } from './context.js';
import type { Delivery } from './delivery.js';
import type { RunDeps } from './deps.js';
import { createStreamWriter } from './stream.js';

/** What a turn is asked with. */
export type Ask = { route: Route; priority: number; messages: ChatMessage[]; plan: TurnPlan; sampling: Sampling; activation: Activation | null };
/** `refusal`: why the turn is refused unseen, in words for the model. */
export type Generated = { result: ChatResult; streamed: boolean; refusal?: string };

/** The model wrote a call that nobody could read: an attempt of the step, and no failure of the run. */
export const isUnreadable = (error: unknown): error is HoldfastError => error instanceof HoldfastError && (error.code === 'output_invalid' || error.code === 'tool_call_leaked');

export function unread(error: HoldfastError): Generated & { refusal: string } {
  const result: ChatResult = { content: '', thinking: '', toolCalls: [], promptTokens: 0, outputTokens: 0, thinkingTokens: 0, finish: 'stop' };
  return { result, streamed: true, refusal: `${error.message} Write the call again, with arguments as one JSON object.` };
}

/** The same dice would fall the same way again: a later attempt, and a step after a rewind, draw others. */
export const diceOf = (call: Pick<ModelCall, 'step' | 'attempt' | 'parent'>, seed: number): number => seed + call.attempt - 1 + (call.step - call.parent - 1);

/** One answer of the model; streamed to who watches, unless it is one of several. */
export async function generate(deps: RunDeps, call: ModelCall, delivery: Delivery, ask: Ask, streams = true): Promise<Generated> {
  const writer = createStreamWriter(deps, call, delivery);
  const detector = createDegenerateDetector();
  const cut = new AbortController();
  const sampling = { ...ask.sampling, maxTokens: ask.sampling.maxTokens ?? DEFAULT_OUTPUT_TOKENS };
  if (sampling.seed !== undefined) sampling.seed = diceOf(call, sampling.seed);
  let streamed = streams;
  try {
    const result = await deps.gate.chat(
      ask.route,
      { model: ask.route.model, messages: ask.messages, sampling, contextTokens: deps.contextTokens, ...(ask.plan.format ? { format: ask.plan.format } : {}), ...(ask.plan.tools ? { tools: ask.plan.tools } : {}), ...(ask.activation ? { axes: ask.activation.axes } : {}) },
      {
        tenantId: call.tenantId,
        priority: ask.priority,
        signal: AbortSignal.any([delivery.signal, cut.signal]),
        onDelta: (delta) => {
          if (streams) writer.push(delta);
          if (detector.push(delta.text)) cut.abort(new CutGeneration('degenerate'));
        },
      },
    );
    streamed = await writer.close();
    return { result, streamed };
  } finally {
    if (streamed) await writer.close();
  }
}
