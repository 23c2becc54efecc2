import type { Client } from '#client';
import { createHoldfastServer } from './server.js';

export type HttpAnswer = { status: number; body: unknown };

/**
 * Answers one message of streamable HTTP: without a session, as one JSON answer, so that any process can answer any
 * message.
 * @param message as it was read from the body
 * @returns `body` is null where there is nothing to say
 */
export async function answerHttp(client: Client, message: unknown, { protocolVersion, signal }: { protocolVersion: string | undefined; signal: AbortSignal }): Promise<HttpAnswer> {
  const { WebStandardStreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js');
  const server = await createHoldfastServer(client);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    const request = new Request('http://localhost/', { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...(protocolVersion === undefined ? {} : { 'mcp-protocol-version': protocolVersion }) } });
    const answer = await Promise.race([transport.handleRequest(request, { parsedBody: message }), untilAborted(signal)]);
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  } finally {
    await server.close();
  }
}

/** @throws what it was aborted with */
const untilAborted = (signal: AbortSignal): Promise<never> => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
