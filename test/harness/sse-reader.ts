import { request, type ClientRequest, type IncomingMessage } from 'node:http';

export type SseMessage = { id?: string; event?: string; data?: Record<string, unknown> };

/** A reader of one event stream, as a client would write it. */
export class SseReader {
  readonly messages: SseMessage[] = [];
  comments = 0;
  private buffer = '';
  private waiting = new Set<() => void>();
  private readonly sent: ClientRequest;
  private response: IncomingMessage | null = null;
  ended = false;
  status = 0;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.sent = request(url, { headers: { accept: 'text/event-stream', ...headers } }, (res) => {
      this.response = res;
      this.status = res.statusCode ?? 0;
      res.setEncoding('utf8');
      res.on('data', (text: string) => this.take(text));
      res.on('close', () => this.end());
    });
    this.sent.on('error', () => this.end());
    this.sent.end();
  }

  /** Resolves once `enough` says so, or the stream has ended. */
  async until(enough: (messages: SseMessage[]) => boolean): Promise<SseMessage[]> {
    while (!enough(this.messages) && !this.ended) await new Promise<void>((go) => this.waiting.add(go));
    return this.messages;
  }

  untilEnd(): Promise<SseMessage[]> {
    return this.until(() => false);
  }

  /** Ids of the events so far. */
  get ids(): number[] {
    return this.messages.flatMap((m) => (m.id === undefined ? [] : [Number(m.id)]));
  }

  close(): void {
    this.response?.destroy();
    this.sent.destroy();
  }

  private take(text: string): void {
    this.buffer += text;
    const parts = this.buffer.split('\n\n');
    this.buffer = parts.pop() ?? '';
    for (const part of parts) this.parse(part);
    this.go();
  }

  private parse(part: string): void {
    if (part.startsWith(':')) return void this.comments++;
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1];
    const data = field('data');
    this.messages.push({ id: field('id'), event: field('event'), ...(data === undefined ? {} : { data: JSON.parse(data) as Record<string, unknown> }) });
  }

  private end(): void {
    this.ended = true;
    this.go();
  }

  private go(): void {
    for (const f of this.waiting) f();
    this.waiting.clear();
  }
}
