import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from './error-codes.js';

export const errorCodeSchema = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);

/** RFC 9457 problem details, as every error of the REST API is answered. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  code: errorCodeSchema,
  retryable: z.boolean(),
  runId: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** A run's or a step's failure as it is stored and shown: a code and words for a person, never content. */
export const failureSchema = z.object({ code: errorCodeSchema, detail: z.string() });
export type Failure = z.infer<typeof failureSchema>;

/**
 * An expected failure with a stable code. Thrown inside a process; at Temporal's edge it becomes an
 * ApplicationFailure whose type is the code, at HTTP's edge problem+json.
 */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
  /** Set where whoever tries again is to wait so long. */
  readonly retryAfterMs: number | undefined;
  get status(): number {
    return ERROR_CODES[this.code].status;
  }
  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}
