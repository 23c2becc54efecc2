import { createServer } from 'node:net';
import { ConfigError } from '../../config/config-error.js';

/** A TCP port of 127.0.0.1 that nothing listens on at this moment. */
export function freePort(): Promise<number> {
  return listenOnce(0).then((port) => port!);
}

/**
 * The port to use: the given one where it is free, a free one for 0.
 * @throws ConfigError that names the port and the option to change it.
 */
export async function choosePort(port: number, option: string): Promise<number> {
  if (port === 0) return freePort();
  if ((await listenOnce(port)) !== null) return port;
  throw new ConfigError(option, `port ${port} of 127.0.0.1 is taken by another program`, `Give another port with ${option}, or 0 for any free one.`);
}

function listenOnce(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(null) : reject(error)));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}
