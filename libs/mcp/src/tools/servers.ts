import { type CallOutcome, McpServer } from './server.js';
import type { McpTools, OfferedTool } from './offered.js';
import type { SessionOptions } from './session.js';

/** What Holdfast says of a call to the server, in the call's `_meta`. */
const KEY = 'holdfast/idempotencyKey';
const RUN = 'holdfast/runId';
/** So that the server's time is up before the tool's. */
const MARGIN_MS = 500;

export type OutsideCall = { runId: string; idempotencyKey: string; signal: AbortSignal };

/** The connections of this process to the servers of the configuration. */
export class McpServers {
  private readonly servers: ReadonlyMap<string, McpServer>;

  constructor({ servers }: Pick<McpTools, 'servers'>, options: Omit<SessionOptions, 'setting'>) {
    this.servers = new Map(Object.entries(servers).map(([id, setting]) => [id, new McpServer(id, { ...options, setting })]));
  }

  get(id: string): McpServer {
    const server = this.servers.get(id);
    if (!server) throw new Error(`there is no MCP server ${id}`);
    return server;
  }

  call(tool: OfferedTool, args: Record<string, unknown>, { runId, idempotencyKey, signal }: OutsideCall): Promise<CallOutcome> {
    const { keyArgument, timeoutS, maxResultChars } = tool.setting;
    return this.get(tool.server).call({
      tool: tool.tool,
      digest: tool.digest,
      args: keyArgument === undefined ? args : { ...args, [keyArgument]: idempotencyKey },
      meta: { [KEY]: idempotencyKey, [RUN]: runId },
      timeoutMs: timeoutS * 1_000 - MARGIN_MS,
      maxChars: maxResultChars,
      signal,
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.close()));
  }
}
