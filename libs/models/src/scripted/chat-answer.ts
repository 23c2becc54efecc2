import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { estimateTokens } from '../tokens.js';
import type { ScriptedAnswer, ScriptedRequest } from './script.js';

const MAX_PIECES = 8;
const MIN_PIECE = 4;

/** Streams an answer as Ollama does: one JSON object a line, the counts in the last. */
export async function streamAnswer(answer: ScriptedAnswer, request: ScriptedRequest, response: ServerResponse): Promise<void> {
  const line = (message: Record<string, unknown>, more: Record<string, unknown> = { done: false }): string =>
    `${JSON.stringify({ model: request.model, created_at: new Date().toISOString(), message: { role: 'assistant', content: '', ...message }, ...more })}\n`;
  const parts = [
    ...pieces(answer.thinking).map((thinking) => line({ thinking })),
    ...pieces(answer.content).map((content) => line({ content })),
    ...(answer.toolCalls ?? []).map(({ name, args }) => line({ tool_calls: [{ function: { name, arguments: args } }] })),
    ...(answer.withoutEnd ? [] : [line({}, { done: true, done_reason: answer.doneReason ?? 'stop', ...counts(answer, request), ...(answer.axes && { axes: answer.axes }) })]),
  ];
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  if (answer.stall) return void response.write(parts[0]);
  if (answer.drop) {
    response.write(parts[0], () => response.destroy());
    return;
  }
  if (!answer.delayMs) {
    response.end(parts.join(''));
    return;
  }
  for (const part of parts) {
    await wait(answer.delayMs / parts.length);
    if (response.destroyed) return;
    response.write(part);
  }
  response.end();
}

function pieces(text: string | undefined): string[] {
  if (!text) return [];
  const size = Math.max(MIN_PIECE, Math.ceil(text.length / MAX_PIECES));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
}

function counts(answer: ScriptedAnswer, request: ScriptedRequest): Record<string, number> {
  const prompt = (): number => request.messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  const output = (): number => estimateTokens(answer.content ?? '') + estimateTokens(answer.thinking ?? '') + 8 * (answer.toolCalls?.length ?? 0);
  return {
    total_duration: 1_000_000,
    load_duration: (answer.loadMs ?? 0) * 1e6,
    prompt_eval_count: answer.promptTokens ?? prompt(),
    prompt_eval_duration: 1,
    eval_count: answer.outputTokens ?? output(),
    eval_duration: 1,
  };
}
