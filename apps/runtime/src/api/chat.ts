import { Fault } from '../fault.js';
import { toolGrammar } from '../grammar/tool-grammar.js';
import type { Exchange } from '../http/exchange.js';
import type { ServedModel } from '../model/served-model.js';
import { toTurns } from '../prompt/messages.js';
import { renderPrompt } from '../prompt/templates.js';
import { parseToolCall, withTools } from '../prompt/tools.js';
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
  if (body.messages.length === 0) return exchange.json({ ...message(''), done: true, done_reason: 'load' });
  if (body.messages.some(({ images }) => images?.length)) throw new Fault(400, `"${model.setting.name}" does not take images`);

  const tools = body.format ? [] : (body.tools ?? []);
  const template = model.template!;
  const turns = toTurns(tools.length > 0 ? withTools(body.messages, tools) : body.messages);
  const job = { ...generateJob(model, body, renderPrompt(turns, template), template.stops), toolGrammar: tools.length > 0 ? toolGrammar(tools) : undefined };

  let reply = '';
  let shown = 0;
  // With tools, text is held back for as long as it may turn out to be a call.
  const mayBeCall = (): boolean => tools.length > 0 && /^\s*(\{|$)/.test(reply);
  const show = (): void => {
    if (body.stream && reply.length > shown) exchange.line({ ...message(reply.slice(shown)), done: false });
    shown = reply.length;
  };
  const result = await model.thread.generate(
    job,
    (text) => {
      reply += text;
      if (!mayBeCall()) show();
    },
    exchange.signal,
  );
  if (result.reason === 'cancelled') return;

  const call = mayBeCall() ? parseToolCall(reply, tools) : undefined;
  const figures = { done: true, ...replyFigures(result, startedAt) };
  if (!body.stream) return exchange.json({ ...(call ? message('', { tool_calls: [call] }) : message(reply)), ...figures });
  if (call) exchange.line({ ...message('', { tool_calls: [call] }), done: false });
  else show();
  exchange.endLines({ ...message(''), ...figures });
}
