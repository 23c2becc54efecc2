import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ResidualClient } from './residual-client.js';

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

/** Answers every request as a runtime that knows nothing of steering does. */
async function answering(status: number, body: string): Promise<ResidualClient> {
  server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return new ResidualClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'gemma3:270m');
}

describe('steering on a runtime', () => {
  it('is steering_unsupported where the route is not there, or axes are ignored', async () => {
    await expect((await answering(404, '404 page not found')).read('a', 'b', [1])).rejects.toMatchObject({ code: 'steering_unsupported' });
    server!.close();
    const ignoring = await answering(200, JSON.stringify({ message: { content: 'x' }, eval_count: 1 }));
    await expect(ignoring.chat('x', { axes: [{}], seed: 1, maxTokens: 1 })).rejects.toMatchObject({ code: 'steering_unsupported' });
  });

  it('hands on why a vector file was refused', async () => {
    await expect((await answering(409, '{"error":"axis a was fitted on another model (abc)"}')).read('a', 'b', [1])).rejects.toMatchObject({ code: 'validation_failed', message: expect.stringContaining('another model') });
  });

  it('never leaves the machine', () => {
    expect(() => new ResidualClient('http://example.org:1', 'x')).toThrow('this machine only');
  });
});
