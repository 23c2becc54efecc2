import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import { sseMessage, SseWriter } from './sse-writer.js';

describe('SseWriter', () => {
  let server: Server;
  afterEach(() => new Promise<void>((go) => (server.closeAllConnections(), server.close(() => go()))));

  /** Serves one stream; the test plays the reader on a bare socket. */
  async function serve(use: (out: SseWriter) => Promise<void>, timing: { pingMs: number; stallMs: number }, stopping = new AbortController().signal) {
    let done: () => void = () => undefined;
    const finished = new Promise<void>((go) => (done = go));
    server = createServer((_, res) => {
      const out = new SseWriter(Object.assign(res, { status: () => res }) as unknown as Response, timing, stopping);
      void use(out).finally(() => (out.end(), done()));
    });
    await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    return { socket, finished };
  }

  it('pings while nothing happens', async () => {
    const { socket, finished } = await serve((out) => new Promise((go) => out.closed.addEventListener('abort', () => go())), { pingMs: 10, stallMs: 1_000 });
    await new Promise<void>((go) => socket.on('data', (d) => String(d).includes(': ping\n\n') && go()));
    socket.destroy();
    await finished;
  });

  it('closes a reader that stalls, holding little meanwhile', async () => {
    let written = 0;
    const { socket, finished } = await serve(
      async (out) => {
        while (!out.closed.aborted) {
          await out.write('x'.repeat(64 * 1024));
          written++;
        }
      },
      { pingMs: 10_000, stallMs: 200 },
    );
    socket.pause();
    await finished;
    // What the two sockets' buffers take, and no more.
    expect(written).toBeLessThan(400);
  });

  it('waits for a slow reader that does read', async () => {
    const total = 64;
    const { socket, finished } = await serve(
      async (out) => {
        for (let i = 0; i < total; i++) await out.write('y'.repeat(64 * 1024));
      },
      { pingMs: 10_000, stallMs: 2_000 },
    );
    let bytes = 0;
    socket.on('data', (d: Buffer) => {
      bytes += d.length;
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    await finished;
    await new Promise<void>((go) => setTimeout(go, 300));
    expect(bytes).toBeGreaterThan(total * 64 * 1024 * 0.9);
  });

  it('ends when the process stops', async () => {
    const stopping = new AbortController();
    const { socket, finished } = await serve((out) => new Promise((go) => out.closed.addEventListener('abort', () => go())), { pingMs: 10_000, stallMs: 1_000 }, stopping.signal);
    await new Promise<void>((go) => socket.once('data', () => go()));
    stopping.abort();
    await finished;
  });
});

describe('sseMessage', () => {
  it('keeps data on one line', () => {
    expect(sseMessage({ id: 3, event: 'tool.called', data: { text: 'a\nb' } })).toBe('id: 3\nevent: tool.called\ndata: {"text":"a\\nb"}\n\n');
    expect(sseMessage({ event: 'text.delta', data: 1 })).toBe('event: text.delta\ndata: 1\n\n');
  });
});
