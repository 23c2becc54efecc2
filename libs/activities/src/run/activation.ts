import { type AxisOption, type ChatResult, HoldfastError, type Route, type VectorFile } from '#contracts';
import { correctionsOf, leaningOf } from '#steering';
import { loadJson, type NewActivation, type PartialDigest, type Turn } from '#store';
import type { RunDeps } from './deps.js';

/** What a run's turn is steered with. */
export type Activation = { axes: AxisOption[]; /** Where what is read is a source of the drift scores. */ detector: Pick<VectorFile, 'axes'> | null } & Pick<NewActivation, 'correction' | 'layer'>;

/**
 * The axes of a run that activation steering was asked for, or null.
 * @throws HoldfastError `steering_unsupported` where the route's runtime can't: to go on without would be another run than the one that was asked for.
 */
export async function activationOf(deps: RunDeps, tenantId: string, { vectorHash, correction, detects }: Turn, { runtimeId }: Route): Promise<Activation | null> {
  if (!vectorHash || !correction) return null;
  if (deps.gate.runtimes.get(runtimeId)?.capabilities.steering !== 'yes') throw new HoldfastError('steering_unsupported', `The run asks for activation steering, and the runtime ${runtimeId} neither reads nor changes activations.`);
  const vector = (await loadJson(deps.pool, tenantId, vectorHash)) as VectorFile;
  return { axes: correctionsOf(vector, correction), correction, layer: vector.layer, detector: detects ? vector : null };
}

/** What there is to keep of a turn that was steered. */
export function readOff(activation: Activation | null, { trace }: ChatResult): NewActivation | null {
  return activation && trace ? { correction: activation.correction, layer: activation.layer, axes: activation.axes.map(({ name }) => name), trace } : null;
}

/** What the drift check is told of a turn that was read, where the run asks for that. */
export function leaningRead(activation: Activation | null, { trace }: ChatResult): PartialDigest['projection'] {
  return activation?.detector && trace ? leaningOf(activation.detector, trace) : undefined;
}
