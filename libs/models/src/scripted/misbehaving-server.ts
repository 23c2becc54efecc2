import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Ways in which servers were seen to go wrong. The bytes are as they come over the wire in both APIs. */
export const MISDEEDS = ['html', 'hang', 'stall', 'half_line', 'invalid_utf8', 'dies', 'leaks_tools', 'leaks_broken', 'loops', 'unknown_model', 'too_long', 'cuts_prompt'] as const;
export type Misdeed = (typeof MISDEEDS)[number];

export type MisbehavingServer = { url: string; /** Chat calls whose client went away. */ left(): number; stop(): Promise<void> };

const LEAK = '<|tool_call>call:look_up{ship:<|"|>Fram<|"|>}<tool_call|>';
const MODELS = ['gemma4:e2b', 'gemma4:e4b', 'embeddinggemma:latest'];

/** A server that answers every chat with one misdeed, in Ollama's API or OpenAI's as the path asks. */
export async function startMisbehaving(misdeed: Misdeed): Promise<MisbehavingServer> {
  let left = 0;
  const server = http.createServer((request, response) => {
    request.resume();
    const path = request.url ?? '';
    if (path === '/api/tags') return void response.end(JSON.stringify({ models: MODELS.map((name) => ({ name })) }));
    if (path === '/v1/models') return void response.end(JSON.stringify({ data: MODELS.map((id) => ({ id })) }));
    response.once('close', () => void (response.writableEnded || left++));
    void misbehave(misdeed, path === '/api/chat' ? OLLAMA : OPENAI, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    left: () => left,
    stop: () => (server.closeAllConnections(), new Promise((resolve) => void server.close(() => resolve()))),
  };
}

type Wire = { piece(text: string): string; end(promptTokens: number): string; error(message: string): string };

const OLLAMA: Wire = {
  piece: (content) => `${JSON.stringify({ message: { role: 'assistant', content }, done: false })}\n`,
  end: (prompt) => `${JSON.stringify({ message: { content: '' }, done: true, done_reason: 'stop', prompt_eval_count: prompt, eval_count: 9 })}\n`,
  error: (error) => JSON.stringify({ error }),
};

const OPENAI: Wire = {
  piece: (content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`,
  end: (prompt) => `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: { prompt_tokens: prompt, completion_tokens: 9 } })}\n\ndata: [DONE]\n\n`,
  error: (message) => JSON.stringify({ error: { message } }),
};

async function misbehave(misdeed: Misdeed, wire: Wire, response: ServerResponse): Promise<void> {
  const say = (text: string): string => wire.piece(text) + wire.end(20);
  switch (misdeed) {
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please log in</body></html>');
    case 'hang':
      return;
    case 'stall':
      return void response.write(wire.piece('Once'));
    case 'half_line':
      return void response.end(wire.piece('Once') + wire.piece('upon a time').slice(0, 20));
    case 'invalid_utf8':
      return void response.end(Buffer.concat([Buffer.from(wire.piece('Once').slice(0, -8)), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from(wire.piece('upon'))]));
    case 'dies':
      return void response.write(wire.piece('Once'), () => response.destroy());
    case 'leaks_tools':
      return void response.end(say(LEAK));
    case 'leaks_broken':
      return void response.end(say(LEAK.slice(0, 40)));
    case 'loops':
      return loop(wire, response);
    case 'unknown_model':
      return void response.writeHead(404).end(wire.error("model 'gemma4:e4' not found"));
    case 'too_long':
      return void response.writeHead(400).end(wire.error('the request exceeds the available context size, try increasing it'));
    case 'cuts_prompt':
      return void response.end(wire.piece('Fine.') + wire.end(2_048));
  }
}

/** One word for ever, for as long as somebody listens. */
async function loop(wire: Wire, response: ServerResponse): Promise<void> {
  while (!response.destroyed) {
    response.write(wire.piece(' the').repeat(20));
    await wait(1);
  }
}
