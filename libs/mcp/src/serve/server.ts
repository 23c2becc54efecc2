import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { ApiError, type Client, ConnectionError } from '#client';
import { SERVED_TOOLS, type ServedTool } from './tools.js';

const INSTRUCTIONS = 'Holdfast runs agents that last, on models of this machine. Start a run, then look at it until its status is an end. A run that is waiting_approval waits for a person, who decides in Holdfast’s own console.';

/** An MCP server over a client of the REST API: what the client may do is what it can be asked for. The SDK is loaded here. */
export async function createHoldfastServer(client: Client): Promise<McpServer> {
  const [{ McpServer }, { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError }] = await Promise.all([import('@modelcontextprotocol/sdk/server/mcp.js'), import('@modelcontextprotocol/sdk/types.js')]);
  const served = new McpServer({ name: 'holdfast', title: 'Holdfast', version: '0.1.0' }, { capabilities: { tools: {} }, instructions: INSTRUCTIONS });
  // Its tools are tables of our own schemas, as every other route's are.
  const { server } = served;
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: SERVED_TOOLS.map(definitionOf) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const tool = SERVED_TOOLS.find(({ name }) => name === params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, 'there is no tool of that name');
    const args = tool.input.safeParse(params.arguments ?? {});
    if (!args.success) return failure(z.prettifyError(args.error));
    try {
      return text(JSON.stringify(await tool.run(client, args.data as never, signal)));
    } catch (error) {
      if (error instanceof ApiError || error instanceof ConnectionError) return failure(error.message);
      throw error;
    }
  });
  return served;
}

function definitionOf({ name, title, description, input, changes }: ServedTool) {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input' });
  return { name, title, description, inputSchema: inputSchema as { type: 'object' }, annotations: { readOnlyHint: !changes, destructiveHint: name === 'cancel_run', openWorldHint: false } };
}

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });
const failure = (said: string) => ({ ...text(said), isError: true });
