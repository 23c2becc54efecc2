import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as a receiver of OTLP/JSON sees it, its attributes as one object. */
export type ReceivedSpan = { service: string; name: string; traceId: string; spanId: string; parentSpanId: string; kind: number; ms: number; failed: boolean; attributes: Record<string, string | number | string[]> };

type Value = { stringValue?: string; intValue?: string | number; doubleValue?: number; arrayValue?: { values: Value[] } };
type Attribute = { key: string; value: Value };
type Body = { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { schemaUrl?: string; spans: (Omit<ReceivedSpan, 'attributes' | 'service' | 'failed' | 'ms'> & { attributes: Attribute[]; status?: { code?: number }; startTimeUnixNano: string; endTimeUnixNano: string })[] }[] }[] };

/** A receiver of OTLP over HTTP on loopback, which keeps all it is sent. */
export class OtlpReceiver {
  /** As they came: what is in none of them was not sent. */
  readonly bodies: string[] = [];
  readonly spans: ReceivedSpan[] = [];
  readonly schemaUrls = new Set<string>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new OtlpReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (req, res) => {
      const parts: Buffer[] = [];
      req.on('data', (part: Buffer) => parts.push(part));
      req.on('end', () => {
        const ok = req.method === 'POST' && req.url === '/v1/traces' && req.headers['content-type'] === 'application/json';
        if (ok) receiver.take(Buffer.concat(parts).toString('utf8'));
        res.writeHead(ok ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
      });
    });
    return receiver;
  }

  /** The span's children, and theirs, as lines: two blanks a level. */
  tree(of: ReceivedSpan, depth = 0): string[] {
    const children = this.spans.filter(({ parentSpanId, traceId }) => parentSpanId === of.spanId && traceId === of.traceId);
    return [`${'  '.repeat(depth)}${of.name}`, ...children.flatMap((child) => this.tree(child, depth + 1))];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(body: string): void {
    this.bodies.push(body);
    for (const { resource, scopeSpans } of (JSON.parse(body) as Body).resourceSpans) {
      const service = String(asObject(resource.attributes)['service.name']);
      for (const { schemaUrl, spans } of scopeSpans) {
        if (schemaUrl) this.schemaUrls.add(schemaUrl);
        this.spans.push(...spans.map((s) => ({ ...s, service, parentSpanId: s.parentSpanId ?? '', failed: s.status?.code === 2, ms: (Number(s.endTimeUnixNano) - Number(s.startTimeUnixNano)) / 1e6, attributes: asObject(s.attributes) })));
      }
    }
  }
}

const asObject = (attributes: Attribute[]): ReceivedSpan['attributes'] => Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
function plain({ stringValue, intValue, doubleValue, arrayValue }: Value): string | number | string[] {
  return arrayValue ? arrayValue.values.map((v) => String(plain(v))) : (stringValue ?? Number(intValue ?? doubleValue));
}
