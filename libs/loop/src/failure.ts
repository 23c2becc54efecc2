import type { ErrorCode } from '#contracts';

/** A port failed in a way that no retry mends. */
export class PortFailure extends Error {
  override readonly name = 'PortFailure';
  constructor(readonly code: ErrorCode) {
    super(code);
  }
}
