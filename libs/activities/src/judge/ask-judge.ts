import { z } from 'zod';
import { type ChatResult, type JudgeAnswer, judgeAnswerSchema, type JudgeDrop, type JudgeVerdict, PRIORITY_KEYS, type Route } from '#contracts';
import { confirms, type JudgeCase, judgePrompt, needsSecond, weigh, type Weighed } from '#drift';
import { estimateTokens, parseStructured } from '#models';
import type { RunDeps } from '../run/deps.js';

const ANSWER_TOKENS = 400;
const SCALES = [1, 0.5, 0.25, 0.12];
/** Another seed than any agent's, so that a judge of the same model throws dice of its own. */
const SEED = 60_607;
/** Of the sample that has to say the same: at no temperature it would say the same for certain. */
const SECOND = { temperature: 0.7, seed: SEED + 1 };

const { $schema: _, ...FORMAT } = z.toJSONSchema(judgeAnswerSchema) as Record<string, unknown>;

export type Asking = { tenantId: string; route: Route; signal: AbortSignal; /** Whether a step that waits goes before. */ yields: boolean };
/** What asking gave, and what it cost. */
export type Judged = Pick<JudgeVerdict, 'label' | 'dropped' | 'overthinking' | 'overacting' | 'confidence' | 'confirmed' | 'steps' | 'samples' | 'promptTokens' | 'outputTokens' | 'answer'>;
/** Where a judge is asked, and how long its prompt may be. */
export type JudgeDeps = { gate: Pick<RunDeps['gate'], 'chat'>; contextTokens: number };
type Read = { answer: JudgeAnswer; weighed: Weighed } | { dropped: JudgeDrop; answer?: JudgeAnswer };

/** Asks once, and where that is sure of drift once more. An answer that cannot be used is a source less. */
export async function askJudge(deps: JudgeDeps, task: JudgeCase, asking: Asking): Promise<Judged> {
  const spent = { samples: 0, promptTokens: 0, outputTokens: 0 };
  const sample = async (sampling: { temperature: number; seed: number }): Promise<Read> => {
    // Some runtimes loop under a schema: the second try goes without (vllm#40080).
    for (const format of [FORMAT, undefined]) {
      const result = await chat(deps, task, asking, sampling, format);
      spent.samples++;
      spent.promptTokens += result.promptTokens;
      spent.outputTokens += result.outputTokens;
      const parsed = parseStructured(judgeAnswerSchema, result.content);
      if (!parsed.ok) continue;
      const weighed = weigh(parsed.value, task.log);
      return 'dropped' in weighed ? { ...weighed, answer: parsed.value } : { answer: parsed.value, weighed };
    }
    return { dropped: 'output_invalid' };
  };
  const first = await sample({ temperature: 0, seed: SEED });
  if ('dropped' in first) return { label: null, overthinking: 0, overacting: 0, confidence: 0, confirmed: false, steps: [], ...first, ...spent };
  const second = needsSecond(first.weighed) ? await sample(SECOND) : null;
  const confirmed = second !== null && 'weighed' in second && confirms(first.weighed, second.weighed);
  return { ...first.weighed, answer: first.answer, dropped: null, confirmed, ...spent };
}

async function chat(deps: JudgeDeps, task: JudgeCase, asking: Asking, sampling: { temperature: number; seed: number }, format: Record<string, unknown> | undefined): Promise<ChatResult> {
  const { tenantId, route, signal, yields } = asking;
  const prompts = SCALES.map((scale) => judgePrompt(task, scale));
  const fits = (messages: { content: string }[]): boolean => messages.reduce((n, m) => n + estimateTokens(m.content), ANSWER_TOKENS) <= deps.contextTokens * 0.9;
  const messages = prompts.find(fits) ?? prompts.at(-1)!;
  return deps.gate.chat(
    route,
    { model: route.model, messages, sampling: { ...sampling, maxTokens: ANSWER_TOKENS, think: false }, contextTokens: deps.contextTokens, ...(format ? { format } : {}) },
    { tenantId, priority: PRIORITY_KEYS.batch, signal, yields, onDelta: () => undefined },
  );
}
