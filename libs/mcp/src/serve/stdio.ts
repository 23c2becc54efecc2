import type { Client } from '#client';
import { createHoldfastServer } from './server.js';

/** Speaks MCP over this process's input and output until its input ends or `signal` fires. */
export async function serveStdio(client: Client, signal: AbortSignal): Promise<void> {
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
  const server = await createHoldfastServer(client);
  const ended = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once('end', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
}
