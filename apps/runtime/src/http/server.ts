import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Fault } from '../fault.js';
import { Exchange } from './exchange.js';
import type { Route } from './routes.js';

/** Serves `routes` on loopback. Resolves with the address once it listens. */
export async function serve(routes: Record<string, Route>, port: number): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const exchange = new Exchange(request, response);
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const path = (request.url ?? '/').split('?', 1)[0]!;
    answer(routes, method, path, exchange).catch((error: unknown) => exchange.fail(error));
  });
  // A reply takes as long as it takes; what is bounded is the sending of the request.
  server.requestTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function answer(routes: Record<string, Route>, method: string, path: string, exchange: Exchange): Promise<void> {
  const route = routes[`${method} ${path}`];
  if (route) return route(exchange);
  const otherMethod = Object.keys(routes).some((key) => key.endsWith(` ${path}`));
  throw otherMethod ? new Fault(405, `${method} is not served at ${path}`) : new Fault(404, `nothing is served at ${path}`);
}
