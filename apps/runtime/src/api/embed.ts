import type { Exchange } from '../http/exchange.js';
import type { ServedModel } from '../model/served-model.js';
import { nanoseconds } from './figures.js';
import type { EmbedBody } from './schemas.js';

/** POST /api/embed: one vector of length 1 a text, in order. */
export async function embed(model: ServedModel, body: EmbedBody, exchange: Exchange): Promise<void> {
  const startedAt = performance.now();
  const texts = [body.input].flat();
  const { vectors, tokens } = await model.thread.embed({ texts, truncate: body.truncate }, exchange.signal);
  exchange.json({
    model: body.model,
    embeddings: vectors.map((vector) => [...vector]),
    total_duration: nanoseconds(performance.now() - startedAt),
    load_duration: 0,
    prompt_eval_count: tokens,
  });
}
