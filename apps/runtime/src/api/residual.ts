import type { Exchange } from '../http/exchange.js';
import type { ServedModel } from '../model/served-model.js';
import { assertSameModel, checkedAxes, checkedSteer } from './checked-steering.js';
import { Fault } from '../fault.js';
import type { ResidualBody } from './schemas.js';

/** POST /api/residual, ours: the mean residual stream of a text's tokens by layer, or the text's mean log loss. */
export async function readText(model: ServedModel, body: ResidualBody, exchange: Exchange): Promise<void> {
  await assertSameModel(model, body.axes);
  const { layers } = model.thread.ready.facts;
  if (body.layers.some((layer) => layer >= layers)) throw new Fault(400, `layers: the model has layers 0 to ${layers - 1}`);
  const { context, text, perplexity } = body;
  const steering = { steer: checkedSteer(model, body.steer), axes: checkedAxes(model, body.axes) };
  const result = await model.thread.residual({ residual: true, context, text, layers: body.layers, perplexity, ...steering }, exchange.signal);
  exchange.json({ model: body.model, model_digest: await model.digest(), tokens: result.tokens, layers: result.layers, vectors: result.vectors.map((vector) => [...vector]), log_loss: result.logLoss });
}
