import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

export type SetupProxy = {
  /** Socket that the sandbox is shown: the one way out. */
  socket: string;
  /** Hosts that were asked for and are not allowed. */
  refused: ReadonlySet<string>;
  close(): Promise<void>;
};

const MAX_REFUSED = 50;

/**
 * A web proxy behind a socket of the file system, which a sandbox without network can reach where it is shown it. It
 * connects to the allowed hosts alone: `name` on ports 80 and 443, `name:port` on that port.
 */
export async function openSetupProxy(hosts: readonly string[]): Promise<SetupProxy> {
  const refused = new Set<string>();
  const allows = (host: string, port: number): boolean => {
    const name = host.replace(/^\[|\]$/g, '').toLowerCase();
    const fine = hosts.some((h) => h.toLowerCase() === `${name}:${port}` || ((port === 80 || port === 443) && h.toLowerCase() === name));
    if (!fine && refused.size < MAX_REFUSED) refused.add(port === 80 || port === 443 ? name : `${name}:${port}`);
    return fine;
  };
  const server = createServer((req, res) => forward(req, res, allows));
  server.on('connect', (req: IncomingMessage, client: Duplex, head: Buffer) => tunnel(req, client, head, allows));
  // Not beside the tree: the name of a socket may have 107 bytes.
  const home = await mkdtemp(join(tmpdir(), 'holdfast-'));
  await chmod(home, 0o711);
  const socket = join(home, 's');
  server.listen(socket);
  await once(server, 'listening');
  await chmod(socket, 0o666);
  return { socket, refused, close: () => close(server, home) };
}

type Allows = (host: string, port: number) => boolean;

/** Plain HTTP, asked for by whole address. */
function forward(req: IncomingMessage, res: ServerResponse, allows: Allows): void {
  const url = URL.canParse(req.url ?? '') ? new URL(req.url!) : null;
  if (!url || url.protocol !== 'http:' || !allows(url.hostname, Number(url.port || 80))) {
    res.writeHead(403).end('This host is not configured for setup.\n');
    return;
  }
  const { 'proxy-connection': _, 'proxy-authorization': __, ...headers } = req.headers;
  const onward = request(url, { method: req.method, headers: { ...headers, host: url.host } }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  onward.on('error', () => res.destroy());
  res.on('close', () => onward.destroy());
  req.pipe(onward);
}

function tunnel(req: IncomingMessage, client: Duplex, head: Buffer, allows: Allows): void {
  client.on('error', () => undefined);
  const target = URL.canParse(`http://${req.url}`) ? new URL(`http://${req.url}`) : null;
  const port = Number(target?.port || 80);
  if (!target || !allows(target.hostname, port)) {
    client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  const onward = connect(port, target.hostname.replace(/^\[|\]$/g, ''), () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    onward.write(head);
    onward.pipe(client).pipe(onward);
  });
  onward.on('error', () => client.destroy());
  client.on('close', () => onward.destroy());
}

async function close(server: Server, home: string): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  await rm(home, { recursive: true, force: true });
}
