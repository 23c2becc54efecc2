import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP door in front of a server, which a test can shut and open: what is behind seems to die and to come back. */
export class CuttableProxy {
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  port = 0;

  constructor(private readonly target: { host: string; port: number }) {}

  async open(): Promise<void> {
    this.server = createServer((near) => {
      const far = connect(this.target.port, this.target.host);
      for (const s of [near, far]) {
        this.sockets.add(s);
        s.on('error', () => undefined);
        s.on('close', () => {
          this.sockets.delete(s);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((go) => this.server!.listen(this.port, '127.0.0.1', go));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise<void>((go) => (this.server ? this.server.close(() => go()) : go()));
    for (const s of this.sockets) s.destroy();
    await closed;
    this.server = null;
  }
}
