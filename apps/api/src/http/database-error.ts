import type { ErrorCode } from '#contracts';

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);
// pg reports a broken or late connection by message alone.
const BROKEN = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/;

/** The code of an error that Postgres or its driver threw, or null where it is none of those that are expected. */
export function databaseErrorCode(error: unknown): ErrorCode | null {
  if (error === null || typeof error !== 'object') return null;
  const { code, constraint, message } = error as { code?: unknown; constraint?: unknown; message?: unknown };
  if (BROKEN.test(String(message))) return 'database_unavailable';
  if (typeof code !== 'string') return null;
  if (UNREACHABLE.has(code)) return 'database_unavailable';
  // Connection exceptions, operator intervention, too many connections, wrong credentials, a lock that could not be
  // had in time, and a schema that is not there yet.
  if (/^(08|57P0|53300|28|3D|55P03|42P01|42703)/.test(code)) return 'database_unavailable';
  if (code === '53100' || code === 'ENOSPC') return 'disk_full';
  if (code === '23505' && constraint === 'runs_thread_live') return 'thread_busy';
  // A NUL or half a surrogate pair; a number, a date or its offset beyond what its column holds; a text too long for its index.
  if (['22021', '22P05', '22003', '22007', '22008', '22009', '54000'].includes(code)) return 'validation_failed';
  return null;
}
