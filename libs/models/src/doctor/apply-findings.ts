import { type ChatMessage, type ChatRequest, type DoctorReport, HoldfastError } from '#contracts';
import type { Runtime } from '../runtime.js';
import { withToolText } from '../tools/tool-text.js';

/** The newest report on a model, or null where it was never examined. */
export type FindingsOf = (model: string) => Pick<DoctorReport, 'off' | 'toolMode'> | null;

/**
 * A runtime that uses only what the doctor saw to work: tools by the text protocol where calls leak, the schema in the
 * prompt where it is not enforced, no thinking where it breaks, and images refused where they are not seen.
 */
export function withFindings(runtime: Runtime, findingsOf: FindingsOf): Runtime {
  const inner = withToolText(runtime, (model) => findingsOf(model)?.toolMode ?? 'native');
  return { ...inner, chat: (request, options) => inner.chat(adapted(request, findingsOf(request.model)?.off ?? []), options) };
}

function adapted(request: ChatRequest, off: readonly string[]): ChatRequest {
  if (off.length === 0) return request;
  if (off.includes('images') && request.messages.some(({ images }) => images?.length)) throw new HoldfastError('validation_failed', `The doctor found that ${request.model} does not see images; choose another model.`);
  const noThought = off.includes('thinking') || (request.format && off.includes('schema_while_thinking'));
  const { think: _, ...sampling } = request.sampling;
  const calm = noThought && request.sampling.think ? { ...request, sampling } : request;
  return off.includes('schema') ? schemaInWords(calm) : calm;
}

function schemaInWords(request: ChatRequest): ChatRequest {
  const { format, messages, ...rest } = request;
  if (!format) return request;
  const words: ChatMessage = { role: 'user', content: `Answer with nothing but JSON that satisfies this JSON Schema:\n${JSON.stringify(format)}` };
  return { ...rest, messages: [...messages, words] };
}
