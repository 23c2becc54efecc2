import type { Request } from 'express';
import { type Client, createClient } from '#client';

/**
 * A client of this API, for protocols that stand beside it: what comes by them goes the way of every other request,
 * with the rights of whoever sent it, and never elsewhere than to the socket that it came in by.
 */
export function ownClient(req: Request): Client {
  const { localAddress = '127.0.0.1', localPort } = req.socket;
  const address = localAddress.replace(/^::ffff:(?=\d+\.)/, '');
  const headers = Object.fromEntries(['host', 'authorization'].flatMap((name) => (typeof req.headers[name] === 'string' ? [[name, req.headers[name]]] : [])));
  return createClient({ baseUrl: `http://${address.includes(':') ? `[${address}]` : address}:${localPort}`, headers, retry: { attempts: 2 } });
}
