import type { GenerateResult } from '../worker/protocol.js';

/** The closing figures of a reply in Ollama's form; durations in nanoseconds. `prompt_cached_count`, `eval_foreseen_count` and `axes` are ours. */
export function replyFigures(result: GenerateResult, startedAt: number): Record<string, unknown> {
  return {
    done_reason: result.reason === 'length' ? 'length' : 'stop',
    total_duration: nanoseconds(performance.now() - startedAt),
    load_duration: nanoseconds(result.loadMs),
    prompt_eval_count: result.promptTokens,
    prompt_cached_count: result.cachedTokens,
    prompt_eval_duration: nanoseconds(result.promptMs),
    eval_count: result.replyTokens,
    eval_foreseen_count: result.foreseenTokens,
    eval_duration: nanoseconds(result.replyMs),
    ...(result.traces && { axes: { tokens: result.traces, corrected: result.traces.filter(({ shifts }) => shifts.some((by) => by !== 0)).length } }),
  };
}

export function nanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6);
}
