import { Fault } from '../fault.js';
import { toolGrammar } from '../grammar/tool-grammar.js';
import type { Exchange } from '../http/exchange.js';
import type { ServedModel } from '../model/served-model.js';
import { toTurns } from '../prompt/messages.js';
import { gemma4Prompt } from '../prompt/gemma4.js';
import { Gemma4Reply } from '../prompt/gemma4-reply.js';
import { PlainReply, type ReplyPart, type ReplyReader } from '../prompt/reply-reader.js';
import { GEMMA4, renderPrompt } from '../prompt/templates.js';
import { type ToolSpec, withTools } from '../prompt/tools.js';
import { assertSameModel } from './checked-steering.js';
import { replyFigures } from './figures.js';
import { generateJob } from './generate-job.js';
import type { ChatBody } from './schemas.js';

type Part = Record<string, unknown>;

/** POST /api/chat. */
export async function chat(model: ServedModel, body: ChatBody, exchange: Exchange): Promise<void> {
  const startedAt = performance.now();
  await assertSameModel(model, body.options.axes);
  const stamp = (): Part => ({ model: body.model, created_at: new Date().toISOString() });
  const message = (content: string, more: Part = {}): Part => ({ ...stamp(), message: { role: 'assistant', content, ...more } });
  if (body.messages.length === 0) {
    await model.thread.load(exchange.signal);
    return exchange.json({ ...message(''), done: true, done_reason: 'load' });
  }
  if (body.messages.some(({ images }) => images?.length)) throw new Fault(400, `"${model.setting.name}" does not take images`);

  const tools = body.format ? [] : (body.tools ?? []);
  const { job, reader } = model.template === GEMMA4 ? gemma4Job(model, body, tools) : plainJob(model, body, tools);
  const said = { content: '', thinking: '' };
  const show = (parts: readonly ReplyPart[]): void => {
    for (const { kind, text } of parts) {
      said[kind] += text;
      if (body.stream) exchange.line({ ...(kind === 'content' ? message(text) : message('', { thinking: text })), done: false });
    }
  };
  const result = await model.thread.generate(job, (text) => show(reader.push(text)), exchange.signal);
  if (result.reason === 'cancelled') return;

  const { parts, calls } = reader.end();
  show(parts);
  const figures = { done: true, ...replyFigures(result, startedAt) };
  const called = calls.length > 0 ? { tool_calls: calls } : {};
  if (!body.stream) return exchange.json({ ...message(said.content, { ...(said.thinking && { thinking: said.thinking }), ...called }), ...figures });
  if (calls.length > 0) exchange.line({ ...message('', called), done: false });
  exchange.endLines({ ...message(''), ...figures });
}

type Asked = { job: Parameters<ServedModel['thread']['generate']>[0]; reader: ReplyReader };

/** Tools by prompt and grammar, for models that were not trained for them. */
function plainJob(model: ServedModel, body: ChatBody, tools: readonly ToolSpec[]): Asked {
  const template = model.template!;
  const turns = toTurns(tools.length > 0 ? withTools(body.messages, tools) : body.messages);
  return { job: { ...generateJob(model, body, renderPrompt(turns, template), template.stops), toolGrammar: tools.length > 0 ? toolGrammar(tools) : undefined }, reader: new PlainReply(tools) };
}

/** Under a schema the model does not think: the grammar begins with the reply. */
function gemma4Job(model: ServedModel, body: ChatBody, tools: readonly ToolSpec[]): Asked {
  const think = Boolean(body.think) && !body.format;
  const job = generateJob(model, body, gemma4Prompt({ messages: body.messages, tools, think }), GEMMA4.stops);
  return { job: { ...job, markers: !body.format }, reader: body.format ? new PlainReply([]) : new Gemma4Reply(tools.map(({ function: tool }) => tool.name)) };
}
