import { createServer } from 'node:net';
import { SetupError } from '#bootstrap/setup-error';

/** A TCP port that was free a moment ago. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return listenBriefly(0, host);
}

export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    await listenBriefly(port, host);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** A port as somebody asked for it. */
export interface WantedPort {
  /** 0 means any free one. */
  readonly port: number;
  /** What is served on it, for the person who reads the error. */
  readonly service: string;
  /** The command-line option that changes it. */
  readonly option: string;
}

/** @throws SetupError naming the port and the option. */
export async function resolvePort(wanted: WantedPort, host = '127.0.0.1'): Promise<number> {
  if (wanted.port === 0) return freePort(host);
  let free: boolean;
  try {
    free = await isPortFree(wanted.port, host);
  } catch (error) {
    throw new SetupError(`Port ${wanted.port} for ${wanted.service} can't be opened (${(error as NodeJS.ErrnoException).code}). Choose another with ${wanted.option} (0 picks a free one).`);
  }
  if (free) return wanted.port;
  throw new SetupError(`Port ${wanted.port} for ${wanted.service} is taken by another program. Stop it, or choose another port with ${wanted.option} (0 picks a free one).`);
}

function listenBriefly(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
