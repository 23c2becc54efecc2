import { HttpException } from '@nestjs/common';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, HoldfastError, type Problem } from '#contracts';
import { databaseErrorCode } from './database-error.js';
import { InvalidRequest, type RequestIssue, toIssues } from './invalid-request.js';

type Described = { code: ErrorCode; detail: string; errors?: RequestIssue[] };

/**
 * Problem details (RFC 9457) for anything that was thrown. Nothing of an unexpected error is shown: no stack, no SQL.
 * @param instance path of the request.
 */
export function toProblem(error: unknown, instance: string, runId?: string): Problem {
  const { code, detail, errors } = describe(error);
  const { status, retryable, title } = ERROR_CODES[code];
  return { type: `urn:holdfast:problem:${code}`, title, status, detail, instance, code, retryable, ...(runId ? { runId } : {}), ...(errors ? { errors } : {}) };
}

function describe(error: unknown): Described {
  if (error instanceof InvalidRequest) return { code: error.code, detail: error.message, errors: error.issues };
  if (error instanceof HoldfastError) return { code: error.code, detail: error.message };
  if (error instanceof z.ZodError) return describe(new InvalidRequest(toIssues(error.issues)));
  const database = databaseErrorCode(error);
  if (database) return { code: database, detail: DETAILS[database] ?? ERROR_CODES[database].title };
  return fromHttp(error) ?? { code: 'internal', detail: 'Something failed inside Holdfast. The log has the reason under the id in X-Request-Id.' };
}

const DETAILS: Partial<Record<ErrorCode, string>> = {
  database_unavailable: 'Postgres does not answer. Start it, or check DATABASE_URL; the request can be sent again.',
  disk_full: "The database's disk is full. Free some space and send the request again.",
  thread_busy: 'Another run of this thread has not ended. Wait for it, cancel it, or say with `onBusy` what is to become of it.',
  validation_failed: 'The request holds what cannot be stored: a NUL character, half of a surrogate pair, or a number, a date or a name beyond all bounds.',
};

/** Errors of Express, its body parser, multer and Nest's router. Their own messages may quote the body, so they stay out. */
function fromHttp(error: unknown): Described | null {
  const { type, code } = (error ?? {}) as { type?: unknown; code?: unknown };
  if (type === 'entity.too.large') return { code: 'body_too_large', detail: 'A JSON body may have 2 MB. Larger material goes into a corpus, as a file.' };
  if (type === 'charset.unsupported' || type === 'encoding.unsupported') return { code: 'unsupported_media_type', detail: 'Send the body as UTF-8, uncompressed or as gzip, deflate or br.' };
  if (code === 'LIMIT_FILE_SIZE') return { code: 'file_too_large', detail: 'A file is larger than this installation takes.' };
  if (typeof code === 'string' && code.startsWith('LIMIT_')) return { code: 'validation_failed', detail: 'The upload has too many parts.' };
  const status = error instanceof HttpException ? error.getStatus() : (error as { status?: unknown } | null)?.status;
  if (status === 404) return { code: 'not_found', detail: 'There is no such route. The routes are listed at /docs.' };
  if (status === 413) return { code: 'body_too_large', detail: ERROR_CODES.body_too_large.title };
  if (status === 415) return { code: 'unsupported_media_type', detail: ERROR_CODES.unsupported_media_type.title };
  if (typeof status === 'number' && status >= 400 && status < 500) return { code: 'validation_failed', detail: 'The request could not be read: its path or its body is malformed (a body must be valid JSON).' };
  return null;
}
