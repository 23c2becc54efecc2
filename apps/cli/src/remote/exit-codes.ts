import { ApiError, ConnectionError } from '#client';

/** What a command's exit code says; docs/cli.md lists them. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, notFound: 4, refused: 5, unsound: 6 } as const;

/** A command was given wrongly; the message says how it is given. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @returns the exit code for an error and what to tell the person, or null where nobody foresaw it */
export function explain(error: unknown, url: string): { code: number; message: string } | null {
  if (error instanceof UsageError || (error as { code?: string }).code?.startsWith?.('ERR_PARSE_ARGS')) return { code: EXIT.usage, message: `${(error as Error).message}\n→ --help shows what the command takes.` };
  if (error instanceof ConnectionError) return { code: EXIT.unreachable, message: `Nobody answers at ${url}.\n→ Start the stack with \`npm run up\`, or say where it is with --url or HOLDFAST_URL.` };
  if (!(error instanceof ApiError)) return null;
  if (error.status === 401) return { code: EXIT.refused, message: `${error.message}\n→ Put a key into HOLDFAST_API_KEY, or name its file in HOLDFAST_API_KEY_FILE (a new installation has admin.key in its data folder). docs/security.md says more.` };
  const issues = (error.problem.errors ?? []).map(({ path, message }) => `\n  ${path || 'body'}: ${message}`).join('');
  return { code: codeOf(error), message: `${error.message}${issues}\n→ docs/errors.md says what to do about ${error.code}.` };
}

function codeOf({ status }: ApiError): number {
  if (status === 404) return EXIT.notFound;
  if (status === 400 || status === 413 || status === 415 || status === 422) return EXIT.usage;
  if (status >= 500) return status === 503 ? EXIT.unreachable : EXIT.failed;
  return EXIT.refused;
}
