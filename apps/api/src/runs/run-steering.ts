import { type ForkRun, HoldfastError, type RunRef, type RunSteering } from '#contracts';
import { RUNTIME_CAPABILITIES } from '#models';
import type { Config } from '#platform';
import { readRunSteering, type Tx } from '#store';
import { InvalidRequest } from '../http/invalid-request.js';

/**
 * Said before the run is made, where no runtime at all can; which one a step goes to is known when it goes there.
 * @throws HoldfastError `steering_unsupported`
 */
export function assertRunSteerable({ runtimes }: Config): void {
  if (runtimes.some(({ kind }) => RUNTIME_CAPABILITIES[kind].steering === 'yes')) return;
  throw new HoldfastError('steering_unsupported', 'None of the configured runtimes reads or changes activations; the embedded one does (HOLDFAST_RUNTIME=embedded).');
}

/** A fork is steered as the run it comes from, unless it is to be steered otherwise or not at all. */
export async function forkSteering(tx: Tx, from: RunRef, asked: ForkRun['overrides']['steering']): Promise<RunSteering | null> {
  if (asked?.vector === null) return null;
  const own = await readRunSteering(tx, from);
  const vector = asked?.vector ?? own?.vector;
  if (vector) return { vector, correction: asked?.correction ?? own?.correction ?? 'clamp', detects: asked?.detects ?? own?.detects ?? false };
  if (asked?.correction ?? asked?.detects) throw new InvalidRequest([{ path: 'overrides.steering.vector', message: 'the run is not steered: `correction` and `detects` need a vector' }]);
  return null;
}
