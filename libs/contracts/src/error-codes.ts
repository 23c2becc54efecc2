/**
 * Every stable error code, with the HTTP status it answers with, whether trying again can help, and what the
 * reader should do. A new code is one line here; the documentation's list is generated from this table.
 */
export const ERROR_CODES = {
  validation_failed: { status: 400, retryable: false, title: 'The request is not valid' },
  unknown_agent: { status: 404, retryable: false, title: 'There is no agent of that name' },
  not_found: { status: 404, retryable: false, title: 'Not found' },
  run_ended: { status: 409, retryable: false, title: 'The run has ended' },
  run_live: { status: 409, retryable: false, title: 'The run is still live' },
  not_resumable: { status: 409, retryable: false, title: 'The run cannot be resumed from its status' },
  thread_busy: { status: 409, retryable: true, title: 'Another run of this thread is live' },
  idempotency_in_flight: { status: 409, retryable: true, title: 'A request with this key is still in flight' },
  idempotency_mismatch: { status: 422, retryable: false, title: 'The key was used with another body' },
  body_too_large: { status: 413, retryable: false, title: 'The body is too large' },
  unsupported_media_type: { status: 415, retryable: false, title: 'This content type is not accepted' },
  events_pruned: { status: 410, retryable: false, title: 'These events have been pruned' },
  forbidden_host: { status: 403, retryable: false, title: 'This host or origin is not allowed' },
  path_not_allowed: { status: 403, retryable: false, title: 'This path is outside the allowed folders' },
  database_unavailable: { status: 503, retryable: true, title: 'Postgres does not answer' },
  temporal_unavailable: { status: 503, retryable: true, title: 'Temporal does not answer' },
  runtime_unavailable: { status: 503, retryable: true, title: 'The model runtime does not answer' },
  runtime_protocol: { status: 502, retryable: true, title: 'What answers at the runtime\'s address does not speak its API' },
  runtime_stalled: { status: 504, retryable: true, title: 'The model runtime stopped in the middle of a call' },
  runtime_host_refused: { status: 403, retryable: false, title: 'This runtime host is not in the allow-list' },
  model_missing: { status: 503, retryable: true, title: 'The runtime does not have this model' },
  context_truncated: { status: 422, retryable: false, title: 'The runtime cut the prompt' },
  context_too_small: { status: 422, retryable: false, title: 'The prompt does not fit the context' },
  tool_call_leaked: { status: 422, retryable: false, title: 'The model wrote a tool call into its text' },
  output_invalid: { status: 422, retryable: false, title: 'The model gave no valid output' },
  evidence_missing: { status: 422, retryable: false, title: 'A claim has no evidence that could be verified' },
  corpus_empty: { status: 422, retryable: false, title: 'The corpus has no passages' },
  limit_reached: { status: 409, retryable: false, title: 'The run used up one of its limits' },
  drift_stopped: { status: 409, retryable: false, title: 'The run drifted and was stopped' },
  tool_failed: { status: 500, retryable: false, title: 'A tool failed' },
  file_unreadable: { status: 422, retryable: false, title: 'The file cannot be read' },
  file_encrypted: { status: 422, retryable: false, title: 'The file is encrypted' },
  file_empty: { status: 422, retryable: false, title: 'The file has no text' },
  text_unrecognized: { status: 422, retryable: false, title: 'No text could be recognised in the picture' },
  archive_unsafe: { status: 422, retryable: false, title: 'An entry of the archive is not taken' },
  archive_bomb: { status: 413, retryable: false, title: 'The archive unpacks to too much' },
  file_too_large: { status: 413, retryable: false, title: 'The file is too large' },
  disk_full: { status: 507, retryable: true, title: 'The disk is full' },
  attempt_closed: { status: 409, retryable: false, title: 'A result came from an attempt that is closed' },
  internal: { status: 500, retryable: true, title: 'Something failed inside Holdfast' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
