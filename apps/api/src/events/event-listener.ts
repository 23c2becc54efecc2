import pg from 'pg';
import { EVENTS_CHANNEL } from '#contracts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

type Handlers = {
  announced(runId: string, seq: number): void;
  /** The connection is there, for the first time or again: what was announced meanwhile is unknown. */
  connected(): void;
};

/** The one connection of an API process that listens for announcements; it comes back by itself. */
export class EventListener {
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | undefined;
  private wait = FIRST_WAIT_MS;
  private stopped = false;
  listening = false;

  constructor(
    private readonly databaseUrl: string,
    private readonly handlers: Handlers,
  ) {}

  async start(): Promise<void> {
    if (this.stopped) return;
    const client = new pg.Client({ connectionString: this.databaseUrl, application_name: 'holdfast-events', keepAlive: true, connectionTimeoutMillis: 5_000 });
    this.client = client;
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    client.on('notification', ({ payload }) => this.announce(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${EVENTS_CHANNEL}`);
    } catch {
      return this.lost(client);
    }
    if (this.client !== client) return;
    this.listening = true;
    this.wait = FIRST_WAIT_MS;
    this.handlers.connected();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    const client = this.client;
    this.client = null;
    this.listening = false;
    await client?.end().catch(() => undefined);
  }

  private lost(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = null;
    this.listening = false;
    client.end().catch(() => undefined);
    if (this.stopped) return;
    this.retry = setTimeout(() => void this.start(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  private announce(payload: string): void {
    const [runId, seq] = payload.split(':');
    if (runId) this.handlers.announced(runId, Number(seq ?? 0));
  }
}
