import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { estimateTokens } from '../tokens.js';
import { answerTo, type Script, type ScriptedAnswer, type ScriptedRequest } from './script.js';

export type OpenAiFront = { url: string; /** Chat calls, those with a wrong key included. */ calls(): number; stop(): Promise<void> };

type Body = { model: string; messages: { role: string; content: string; tool_calls?: { function: { name: string; arguments: string } }[] }[]; response_format?: { json_schema?: { schema?: Record<string, unknown> } } };

/** A hosted endpoint with OpenAI's API that answers from a script; 401 without the key, as such services do. Over TLS where a certificate for `localhost` is given. */
export async function startOpenAiFront(script: Script, apiKey: string, tls?: { key: string; cert: string }): Promise<OpenAiFront> {
  let calls = 0;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? '';
    if (path === '/v1/models') return void response.end(JSON.stringify({ data: [] }));
    if (path !== '/v1/chat/completions') return fail(response, 404, 'not found');
    const n = calls++;
    if (request.headers.authorization !== `Bearer ${apiKey}`) return fail(response, 401, 'wrong key');
    chat(script, request, response, n).catch((error: Error) => fail(response, 500, error.message));
  };
  const server = tls ? https.createServer(tls, serve) : http.createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    stop: () => (server.closeAllConnections(), new Promise((resolve) => void server.close(() => resolve()))),
  };
}

async function chat(script: Script, request: IncomingMessage, response: ServerResponse, n: number): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Body;
  const answer = await answerTo(script, toScripted(body), n);
  if (answer.error) return fail(response, answer.error.status, answer.error.message ?? 'scripted failure');
  if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events(answer, body)) response.write(`data: ${JSON.stringify(event)}\n\n`);
  response.end('data: [DONE]\n\n');
}

function toScripted({ model, messages, response_format: format }: Body): ScriptedRequest {
  const schema = format?.json_schema?.schema;
  return {
    model,
    options: {},
    messages: messages.map(({ role, content, tool_calls: calls }) => ({ role, content, ...(calls && { tool_calls: calls.map((c) => ({ function: { name: c.function.name, arguments: JSON.parse(c.function.arguments) as Record<string, unknown> } })) }) })),
    ...(schema && { format: schema }),
  };
}

function events(answer: ScriptedAnswer, body: Body): unknown[] {
  const delta = (value: object, finish: string | null = null): unknown => ({ choices: [{ delta: value, finish_reason: finish }] });
  const calls = (answer.toolCalls ?? []).map(({ name, args }, index) => delta({ tool_calls: [{ index, id: `c${index}`, function: { name, arguments: JSON.stringify(args) } }] }));
  const prompt = body.messages.reduce((sum, { content }) => sum + estimateTokens(content ?? ''), 0);
  return [delta({ content: answer.content ?? '' }), ...calls, delta({}, answer.toolCalls?.length ? 'tool_calls' : 'stop'), { choices: [], usage: { prompt_tokens: prompt, completion_tokens: estimateTokens(answer.content ?? '') } }];
}

function fail(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }));
}
