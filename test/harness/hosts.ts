import { execFileSync, spawnSync } from 'node:child_process';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Child } from './child.js';

const INSIDE = ['--user', '--preserve-credentials', '--net'];

/** Whether this machine lets a test make hosts of its own; else why not. */
export function whyNoHosts(): string | null {
  const made = spawnSync('unshare', ['--user', '--map-root-user', '--net', 'sh', '-c', 'ip link add hf0 type veth peer name hf1'], { encoding: 'utf8' });
  if (made.error) return 'there is no unshare';
  return made.status === 0 ? null : `network namespaces are not to be had: ${made.stderr.trim().split('\n')[0]}`;
}

/**
 * Hosts as network namespaces, each on a cable of its own to a switch from which the test's servers are reached, and
 * nothing else. A cable that is cut loses packets without a word, as a network does.
 */
export class Hosts {
  private readonly cables: Child[] = [];
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly folder: string,
    private readonly core: Child,
  ) {}

  static async start(folder: string): Promise<Hosts> {
    const core = new Child('switch', { command: 'unshare', args: ['--user', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep infinity'], log: join(folder, 'switch.log'), ready: /up/ });
    await core.start();
    return new Hosts(folder, core);
  }

  /** A host with number `n`. @returns its address of the switch, where `doors` (ports of this machine's loopback) are found. */
  async add(n: number, doors: readonly number[]): Promise<Host> {
    const address = `10.99.${n}.1`;
    const holder = new Child(`host ${n}`, { command: 'nsenter', args: ['--target', String(this.core.pid), '--user', '--preserve-credentials', '--net', 'unshare', '--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep infinity'], log: join(this.folder, 'switch.log'), ready: /up/ });
    await holder.start();
    this.cables.push(holder);
    this.inSwitch('ip', 'link', 'add', `v${n}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(holder.pid));
    this.inSwitch('ip', 'addr', 'add', `${address}/24`, 'dev', `v${n}`);
    this.inSwitch('ip', 'link', 'set', `v${n}`, 'up');
    const inside = ['--target', String(holder.pid), ...INSIDE];
    execFileSync('nsenter', [...inside, 'ip', 'addr', 'add', `10.99.${n}.2/24`, 'dev', 'eth0']);
    execFileSync('nsenter', [...inside, 'ip', 'link', 'set', 'eth0', 'up']);
    for (const port of doors) await this.door(address, port, join(this.folder, `door-${port}.sock`));
    return { address, inside, cut: () => this.inSwitch('ip', 'link', 'set', `v${n}`, 'down'), mend: () => this.inSwitch('ip', 'link', 'set', `v${n}`, 'up') };
  }

  async stop(): Promise<void> {
    for (const child of this.cables) await child.kill();
    await this.core.kill();
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((done) => server.close(done))));
  }

  private inSwitch(...command: string[]): void {
    execFileSync('nsenter', ['--target', String(this.core.pid), ...INSIDE, ...command]);
  }

  private readonly opened = new Set<string>();
  private async door(address: string, port: number, socket: string): Promise<void> {
    if (!this.opened.has(socket)) {
      this.opened.add(socket);
      const server = createServer((client) => {
        const target = connect(port, '127.0.0.1');
        for (const [from, to] of [[client, target], [target, client]] as const) from.on('error', () => to.destroy()).on('close', () => to.destroy()).pipe(to);
        this.sockets.add(client).add(target);
      });
      await new Promise<void>((done) => server.listen(socket, done));
      this.servers.push(server);
    }
    const forwarder = new Child('door', { command: 'nsenter', args: ['--target', String(this.core.pid), ...INSIDE, process.execPath, join(import.meta.dirname, 'tcp-to-socket.mjs'), address, String(port), socket], log: join(this.folder, 'switch.log'), ready: /passing on/ });
    await forwarder.start();
    this.cables.unshift(forwarder);
  }
}

export type Host = {
  /** Where this machine's doors are, as seen from the host. */
  address: string;
  /** Arguments of `nsenter` that run a command on it. */
  inside: string[];
  cut(): void;
  mend(): void;
};
