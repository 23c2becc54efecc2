import { Fault } from '../fault.js';
import type { ServedModel } from '../model/served-model.js';
import type { ControlVector } from '../native/context.js';
import type { Axis } from '../native/residual-tap.js';
import type { AxisBody } from './schemas.js';

/** A control vector that fits the model; throws 400 otherwise. */
export function checkedSteer(model: ServedModel, steer: ControlVector | undefined): ControlVector | undefined {
  if (!steer) return undefined;
  const { layers, embeddingWidth } = model.thread.ready.facts;
  if (steer.layer >= layers) throw new Fault(400, `options.steer.layer: the model's layers 1 to ${layers - 1} can be steered`);
  if (steer.direction.length !== embeddingWidth) throw new Fault(400, `options.steer.direction: ${steer.direction.length} numbers, the model is ${embeddingWidth} wide`);
  return steer;
}

/** Axes that fit the model, their directions of length 1; throws 400 otherwise. */
export function checkedAxes(model: ServedModel, axes: readonly AxisBody[] | undefined): Axis[] | undefined {
  const { layers, embeddingWidth } = model.thread.ready.facts;
  return axes?.map(({ name, layer, direction, correct }) => {
    if (layer >= layers) throw new Fault(400, `axis ${name}: the model has layers 0 to ${layers - 1}`);
    if (direction.length !== embeddingWidth) throw new Fault(400, `axis ${name}: ${direction.length} numbers, the model is ${embeddingWidth} wide`);
    const length = Math.hypot(...direction);
    if (!(length > 0)) throw new Fault(400, `axis ${name}: a direction of length 0`);
    return { name, layer, correct, direction: direction.map((value) => value / length) };
  });
}

/** Throws 409 where axes were fitted on other weights: the same numbers mean nothing there. */
export async function assertSameModel(model: ServedModel, axes: readonly AxisBody[] | undefined): Promise<void> {
  for (const { name, model_digest: digest } of axes ?? []) {
    if (digest !== undefined && digest !== (await model.digest())) throw new Fault(409, `axis ${name} was fitted on another model (${digest.slice(0, 19)})`);
  }
}
