import type { z } from 'zod';
import { running, show, tags } from '../api/catalogue.js';
import { chat } from '../api/chat.js';
import { embed } from '../api/embed.js';
import { generate } from '../api/generate.js';
import { readText } from '../api/residual.js';
import { chatSchema, embedSchema, generateSchema, residualSchema, showSchema } from '../api/schemas.js';
import { Fault } from '../fault.js';
import { isSameModel, type ServedModel } from '../model/served-model.js';
import type { Exchange } from './exchange.js';

export type Route = (exchange: Exchange) => void | Promise<void>;

/** A context of 32K tokens is about 200 KB of text; this leaves room for a batch of passages to embed. */
const MOST_BODY_BYTES = 16 * 1024 * 1024;

/** Ollama's native API for `models`, keyed by method and path. */
export function routes(models: readonly ServedModel[]): Record<string, Route> {
  const find = (name: string): ServedModel => {
    const model = models.find(({ setting }) => isSameModel(name, setting.name));
    if (!model) throw new Fault(404, `model '${name}' not found`);
    return model;
  };
  const findKind = (name: string, kind: ServedModel['kind']): ServedModel => {
    const model = find(name);
    if (model.kind !== kind) throw new Fault(400, `"${name}" does not support ${kind === 'chat' ? 'chat' : 'embeddings'}`);
    return model;
  };
  const version = `0.1.0-holdfast+llama.cpp-${models[0]?.thread.ready.library ?? 'none'}`;

  return {
    'GET /': (exchange) => exchange.json({ status: 'Holdfast runtime is running' }),
    'GET /api/version': (exchange) => exchange.json({ version }),
    'GET /api/tags': async (exchange) => exchange.json(await tags(models)),
    'GET /api/ps': async (exchange) => exchange.json(await running(models)),
    'POST /api/show': async (exchange) => {
      const body = await parsed(exchange, showSchema);
      exchange.json(show(find((body.model ?? body.name)!)));
    },
    'POST /api/chat': async (exchange) => {
      const body = await parsed(exchange, chatSchema);
      await chat(findKind(body.model, 'chat'), body, exchange);
    },
    'POST /api/generate': async (exchange) => {
      const body = await parsed(exchange, generateSchema);
      await generate(findKind(body.model, 'chat'), body, exchange);
    },
    'POST /api/residual': async (exchange) => {
      const body = await parsed(exchange, residualSchema);
      await readText(findKind(body.model, 'chat'), body, exchange);
    },
    'POST /api/embed': async (exchange) => {
      const body = await parsed(exchange, embedSchema);
      await embed(findKind(body.model, 'embed'), body, exchange);
    },
  };
}

async function parsed<S extends z.ZodType>(exchange: Exchange, schema: S): Promise<z.output<S>> {
  const result = schema.safeParse(await exchange.body(MOST_BODY_BYTES));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Fault(400, `${issue!.path.join('.') || 'body'}: ${issue!.message}`);
}
