import { type ChatRequest, HoldfastError, type RuntimeCapabilities } from '#contracts';

/** @throws HoldfastError `steering_unsupported` where axes are asked for of a runtime that has no such thing. */
export function assertSteerable(request: ChatRequest, capabilities: RuntimeCapabilities, kind: string): void {
  if (request.axes && capabilities.steering !== 'yes') throw steeringUnsupported(kind);
}

export function steeringUnsupported(kind: string): HoldfastError {
  return new HoldfastError('steering_unsupported', `A runtime of the kind ${kind} neither reads nor changes activations; the embedded one does (HOLDFAST_RUNTIME=embedded).`);
}
