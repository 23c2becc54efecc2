import { Fault } from '../fault.js';
import type { Exchange } from '../http/exchange.js';
import type { ServedModel } from '../model/served-model.js';
import type { PromptPart } from '../native/model.js';
import { gemma4Prompt } from '../prompt/gemma4.js';
import { type Message, toTurns } from '../prompt/messages.js';
import { GEMMA4, renderPrompt } from '../prompt/templates.js';
import { assertSameModel } from './checked-steering.js';
import { replyFigures } from './figures.js';
import { generateJob } from './generate-job.js';
import type { GenerateBody } from './schemas.js';

/** POST /api/generate. With `raw` the prompt is the model's input as it is, special tokens included. */
export async function generate(model: ServedModel, body: GenerateBody, exchange: Exchange): Promise<void> {
  const startedAt = performance.now();
  await assertSameModel(model, body.options.axes);
  if (body.think) throw new Fault(400, `"${model.setting.name}" does not support thinking in /api/generate; use /api/chat`);
  const part = (response: string): Record<string, unknown> => ({ model: body.model, created_at: new Date().toISOString(), response });
  if (body.prompt === '') {
    await model.thread.load(exchange.signal);
    return exchange.json({ ...part(''), done: true, done_reason: 'load' });
  }
  if (body.images?.length) throw new Fault(400, `"${model.setting.name}" does not take images`);

  let reply = '';
  const result = await model.thread.generate(
    generateJob(model, body, promptParts(model, body), body.raw ? [] : model.template!.stops),
    (text) => {
      if (body.stream) exchange.line({ ...part(text), done: false });
      else reply += text;
    },
    exchange.signal,
  );
  if (result.reason === 'cancelled') return;
  const figures = { done: true, ...replyFigures(result, startedAt) };
  if (body.stream) exchange.endLines({ ...part(''), ...figures });
  else exchange.json({ ...part(reply), ...figures });
}

function promptParts(model: ServedModel, body: GenerateBody): PromptPart[] {
  if (body.raw) return [{ text: body.prompt, control: true }];
  const system: Message[] = body.system ? [{ role: 'system', content: body.system }] : [];
  const messages: Message[] = [...system, { role: 'user', content: body.prompt }];
  return model.template === GEMMA4 ? gemma4Prompt({ messages, tools: [], think: false }) : renderPrompt(toTurns(messages), model.template!);
}
