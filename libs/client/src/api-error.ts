import type { ErrorCode, Problem } from './api-types.js';

/** A request was answered with an error (RFC 9457); the message is the API's own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly problem: Problem,
    /** Seconds of the answer's Retry-After. */
    readonly retryAfter: number | null = null,
  ) {
    super(`${problem.title} (${problem.code})${problem.detail ? `: ${problem.detail}` : ''}`);
  }
  get status(): number {
    return this.problem.status;
  }
  get code(): ErrorCode {
    return this.problem.code;
  }
}

/** No answer came: nobody listens, or the connection broke. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  constructor(
    readonly url: string,
    options: { cause: unknown },
  ) {
    super(`The API at ${url} did not answer`, options);
  }
}

/** @returns the error that an answer with a status of 400 and above stands for */
export async function errorOf(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(await problemOf(response), Number.isFinite(after) ? after : null);
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as Problem;
    if (typeof problem.code === 'string') return problem;
  } catch {
    // A proxy between may answer in its own words.
  }
  return { type: 'about:blank', title: `The server answered ${response.status}`, status: response.status, code: 'internal', retryable: response.status >= 502 };
}
