import { z } from 'zod';
import type { AgentContract, ToolContract, ToolSpec } from '#contracts';
import { hostsOutside } from '#models';
import { ConfigError } from '#platform';
import { MAX_DESCRIPTION, oneLine } from './clean.js';
import { type McpLock, readLock, requireUsable } from './lock-file.js';
import { type McpServerSetting, type McpSettings, type McpToolSetting, readMcpSettings } from './settings.js';

/** A tool of an MCP server that a person accepted and that some agents are given. */
export type OfferedTool = {
  server: string;
  /** As the server calls it. */
  tool: string;
  digest: string;
  setting: McpToolSetting;
  agents: readonly string[];
  /** As agents, and their models, know it. */
  contract: ToolContract;
  spec: ToolSpec;
};

export type McpTools = { servers: McpSettings['servers']; offered: readonly OfferedTool[]; /** Configured, and not accepted: not offered. */ waiting: readonly { server: string; tool: string }[] };

/**
 * What the configuration and what was accepted come to; asks no server.
 * @param hosts beside loopback that a server may be on
 * @throws ConfigError
 */
export function loadMcpTools(file: string, hosts: readonly string[]): McpTools {
  const settings = readMcpSettings(file);
  for (const [id, server] of Object.entries(settings.servers)) if ('url' in server) requireHost(id, server, hosts);
  const lock = readLock(file);
  const all = Object.entries(settings.servers).flatMap(([server, setting]) => Object.keys(setting.tools).map((tool) => ({ server, tool })));
  const offered = all.flatMap(({ server, tool }) => offeredTool(settings.servers[server]!, server, tool, lock));
  const twice = offered.find(({ contract }, i) => offered.findIndex((other) => other.contract.name === contract.name) !== i);
  if (twice) throw new ConfigError('HOLDFAST_MCP_FILE', `two tools of ${twice.server} come to the name ${twice.contract.name}`, 'Leave one of them out');
  return { servers: settings.servers, offered, waiting: all.filter((one) => !lock.servers[one.server]?.[one.tool]) };
}

function requireHost(id: string, { url, keyFile }: { url: string; keyFile?: string | undefined }, hosts: readonly string[]): void {
  const [outside] = hostsOutside([url], hosts);
  if (outside !== undefined) throw new ConfigError('HOLDFAST_MCP_HOSTS', `the MCP server ${id} is on ${outside}, which is not in the allow-list`, 'Add the host there if what agents say to its tools may go to it; loopback needs no entry');
  const inClear = new URL(url).protocol === 'http:' && hostsOutside([url], []).length > 0;
  if (keyFile !== undefined && inClear) throw new ConfigError('HOLDFAST_MCP_FILE', `the key of ${id} would travel in clear`, 'Use an https address');
}

function offeredTool(server: McpServerSetting, id: string, tool: string, lock: McpLock): OfferedTool[] {
  const accepted = lock.servers[id]?.[tool];
  if (!accepted) return [];
  const setting = server.tools[tool]!;
  const agents = setting.agents ?? server.agents ?? [];
  const contract = contractOf(id, tool, setting, accepted.definition);
  return [{ server: id, tool, digest: accepted.digest, setting, agents, ...contract }];
}

/** No name of an agent's own tools looks like this, so that no server can stand in for one. */
export const offeredName = (server: string, tool: string): string => `${server.replaceAll('-', '_')}__${tool.replace(/[^A-Za-z0-9_]/g, '_')}`;

function contractOf(server: string, tool: string, setting: McpToolSetting, definition: { description?: string | undefined; inputSchema: unknown }): Pick<OfferedTool, 'contract' | 'spec'> {
  const name = offeredName(server, tool);
  const parameters = requireUsable(server, tool, definition.inputSchema, setting.keyArgument);
  const said = oneLine(definition.description ?? '', MAX_DESCRIPTION);
  const description = setting.description ?? (said ? `Of the outside server ${server}, which says: “${said.replace(/[“”]/g, '"')}”` : `${tool} of the outside server ${server}.`);
  const { approval } = setting;
  const contract: ToolContract = {
    name,
    description,
    kind: setting.kind ?? (setting.effect === 'read' ? 'read' : 'mutate'),
    effect: setting.effect,
    parameters: z.fromJSONSchema(parameters),
    timeoutMs: setting.timeoutS * 1_000,
    ...(approval === false ? {} : { approval: approval === true ? {} : approval }),
  };
  return { contract, spec: { name, description, parameters } };
}

/**
 * What an agent is given of them.
 * @throws ConfigError where it cannot be given any: its model calls no tools by itself, or its runs are sensitive
 */
export function toolsFor(contract: AgentContract, { offered }: Pick<McpTools, 'offered'>): OfferedTool[] {
  const given = offered.filter(({ agents }) => agents.includes(contract.name));
  if (given.length === 0 || (contract.outsideTools && !contract.sensitive)) return given;
  throw new ConfigError('HOLDFAST_MCP_FILE', `the agent ${contract.name} cannot be given tools of MCP servers`, contract.sensitive ? 'Its runs are sensitive, and a server would be told what they hold' : 'Its turns are forms that it fills in, without tools of its model’s choosing');
}

/** The agent's contract with its tools of MCP servers. */
export function withOutsideTools<C extends AgentContract>(contract: C, mcp: Pick<McpTools, 'offered'>): C {
  const given = toolsFor(contract, mcp);
  return given.length === 0 ? contract : { ...contract, tools: [...contract.tools, ...given.map((tool) => tool.contract)] };
}
