import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { problemSchema } from '#contracts';
import { answerUnreadable } from './answer-unreadable.js';

describe('a request that is no HTTP', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer((_req, res) => res.end('fine'));
    answerUnreadable(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  async function send(request: string): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(request);
    return text(socket);
  }

  it.each([
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n', 'headers: are not of HTTP/1.1'],
    ['an empty transfer encoding', 'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n', 'headers: are not of HTTP/1.1'],
    ['huge headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'headers: have more than 16 KB'],
  ])('is answered as every error where it has %s', async (_, request, why) => {
    const [head, body] = (await send(request)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*content-type: application\/problem\+json/is);
    const problem = problemSchema.parse(JSON.parse(body!));
    expect(problem).toMatchObject({ code: 'validation_failed', status: 400 });
    expect(problem.errors!.map(({ path, message }) => `${path}: ${message}`)).toEqual([why]);
  });

  it('adds nothing to an answer that has begun', async () => {
    server.removeAllListeners('request').on('request', (_req, res) => void res.writeHead(200, { 'content-length': 9 }).write('half'));
    const answer = await send('GET / HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n');
    expect(answer).not.toContain('400');
  });
});
