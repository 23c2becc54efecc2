import { readFileSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { createCheckedFetch, NotSent } from './checked-fetch.js';
import { type Definition, definitionSchema, digestOf } from './definition.js';
import { type McpServerSetting, readSecret } from './settings.js';

/** Bytes of one message of a server. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const CONNECT_MS = 20_000;
const LIST_MS = 20_000;
const MAX_PAGES = 20;
const MAX_TOOLS = 1_000;
/** Milliseconds for which a server's list of tools is believed without its saying that it changed. */
const LIST_AGE_MS = 30_000;

export type SessionOptions = { setting: McpServerSetting; hosts: readonly string[]; maxMessageBytes?: number };

/** One connection to a server. The SDK is loaded here: a process that asks no server never has it. */
export class Session {
  /** The connection ended for a message that was too large. */
  tooLarge = false;
  private open = true;
  private listedAt = 0;
  private digests = new Map<string, string>();

  private constructor(
    readonly client: Client,
    private readonly onEnd: () => void,
  ) {}

  /** @throws NotSent where no connection comes about */
  static async connect({ setting, hosts, maxMessageBytes = MAX_MESSAGE_BYTES }: SessionOptions, onEnd: () => void): Promise<Session> {
    const [{ Client }, { ToolListChangedNotificationSchema }] = await Promise.all([import('@modelcontextprotocol/sdk/client/index.js'), import('@modelcontextprotocol/sdk/types.js')]);
    // It offers servers nothing: no model of ours to ask, no folders, no questions to a person.
    const client = new Client({ name: 'holdfast', version: '0.1.0' }, { capabilities: {} });
    const slot: { session?: Session } = {};
    const { transport, release } = await transportOf(setting, hosts, maxMessageBytes, () => slot.session?.endTooLarge());
    const session = (slot.session = new Session(client, () => {
      release();
      onEnd();
    }));
    client.onerror = (error) => {
      if (/exceeded maximum size/.test(error.message)) session.tooLarge = true;
    };
    client.onclose = () => void session.close();
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      session.listedAt = 0;
    });
    try {
      await client.connect(transport, { timeout: CONNECT_MS });
    } catch (error) {
      await session.close();
      throw error instanceof NotSent ? error : new NotSent('no connection', { cause: error });
    }
    return session;
  }

  private endTooLarge(): void {
    this.tooLarge = true;
    void this.close();
  }

  /** Digest of a tool as the server has it now; undefined where it has none of that name. */
  async digestOf(tool: string, signal: AbortSignal): Promise<string | undefined> {
    if (Date.now() - this.listedAt > LIST_AGE_MS) {
      const at = Date.now();
      const tools = await this.list(signal);
      this.digests = new Map(tools.map((definition) => [definition.name, digestOf(definition)]));
      this.listedAt = at;
    }
    return this.digests.get(tool);
  }

  async list(signal: AbortSignal): Promise<Definition[]> {
    const { ListToolsResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const tools: Definition[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES && tools.length < MAX_TOOLS; page++) {
      // Not `listTools`: it would compile the server's output schemas, and with them its regular expressions.
      const answer = await this.client.request({ method: 'tools/list', params: cursor === undefined ? {} : { cursor } }, ListToolsResultSchema, { signal, timeout: LIST_MS });
      tools.push(...answer.tools.map((tool) => definitionSchema.parse(tool)));
      cursor = answer.nextCursor;
      if (cursor === undefined) break;
    }
    return tools;
  }

  async callTool(name: string, args: Record<string, unknown>, meta: Record<string, unknown>, options: { signal: AbortSignal; timeout: number }) {
    const { CallToolResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
    return this.client.request({ method: 'tools/call', params: { name, arguments: args, _meta: meta } }, CallToolResultSchema, options);
  }

  /** Resolves once the server's process has ended, or its connection is closed; nobody gets it any more from the first moment on. */
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    this.onEnd();
    await this.client.close().catch(() => undefined);
  }
}

async function transportOf(setting: McpServerSetting, hosts: readonly string[], maxBytes: number, onTooLarge: () => void): Promise<{ transport: Transport; release: () => void }> {
  if ('command' in setting) {
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    const secrets = Object.fromEntries(Object.entries(setting.envFiles).map(([name, file]) => [name, readSecret(file, `the file of ${name}`)]));
    // What a server writes to its error output may be anything, and belongs in no log of ours.
    const transport = new StdioClientTransport({ command: setting.command, args: setting.args, env: { ...setting.env, ...secrets }, stderr: 'ignore', maxBufferSize: maxBytes, ...(setting.cwd ? { cwd: setting.cwd } : {}) });
    return { transport, release: () => undefined };
  }
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const { fetch, close } = createCheckedFetch({ hosts, maxBytes, onTooLarge, ca: setting.caFile === undefined ? undefined : readFileSync(setting.caFile, 'utf8') });
  const headers: Record<string, string> = setting.keyFile === undefined ? {} : { authorization: `Bearer ${readSecret(setting.keyFile, 'the key file')}` };
  return { transport: new StreamableHTTPClientTransport(new URL(setting.url), { fetch, requestInit: { headers, redirect: 'error' } }), release: close };
}
