import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptTools, type Definition, McpServers, readMcpSettings } from '#mcp';

export const FIXTURE = join(import.meta.dirname, 'fixture-server.mjs');

/** A folder with a configuration of MCP servers, and what a person accepted of them. */
export class McpConfiguration {
  private constructor(readonly folder: string) {}

  static async create(): Promise<McpConfiguration> {
    return new McpConfiguration(await mkdtemp(join(tmpdir(), 'holdfast-mcp-')));
  }

  get file(): string {
    return join(this.folder, 'mcp.json');
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  async write(servers: Record<string, unknown>): Promise<void> {
    await writeFile(this.file, JSON.stringify({ servers }));
  }

  /** What the servers say of the tools that are configured is accepted as it is. */
  async accept(): Promise<void> {
    const settings = readMcpSettings(this.file);
    const servers = new McpServers(settings, { hosts: [] });
    try {
      for (const [id, { tools }] of Object.entries(settings.servers)) {
        const all: Definition[] = await servers.get(id).list(AbortSignal.timeout(20_000));
        acceptTools(this.file, id, all.filter(({ name }) => name in tools));
      }
    } finally {
      await servers.close();
    }
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
