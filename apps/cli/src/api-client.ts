import type { Problem } from '#contracts';

/** A request was answered with an error; the message is the API's own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(readonly problem: Problem) {
    super(`${problem.title} (${problem.code})${problem.detail ? `: ${problem.detail}` : ''}`);
  }
}

/** The few calls that the command line makes. */
export function createApiClient(baseUrl: string) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${baseUrl}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
    const answer = (await response.json()) as T;
    if (!response.ok) throw new ApiError(answer as Problem);
    return answer;
  }
  return {
    get: <T>(path: string) => call<T>('GET', path),
    post: <T>(path: string, body: unknown) => call<T>('POST', path, body),
    /** Events of a stream until it ends: `event` and the parsed `data` of each. */
    async *events(path: string): AsyncGenerator<{ event: string; data: Record<string, unknown> }> {
      const response = await fetch(`${baseUrl}${path}`, { headers: { accept: 'text/event-stream' } });
      if (!response.ok || !response.body) throw new ApiError((await response.json()) as Problem);
      let text = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const parsed = parseEvent(text.slice(0, end));
          text = text.slice(end + 2);
          if (parsed) yield parsed;
        }
      }
    },
  };
}
export type ApiClient = ReturnType<typeof createApiClient>;

function parseEvent(block: string): { event: string; data: Record<string, unknown> } | null {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((l) => l.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  return data ? { event: field('event') ?? 'message', data: JSON.parse(data) as Record<string, unknown> } : null;
}
