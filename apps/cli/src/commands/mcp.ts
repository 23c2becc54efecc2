import { parseArgs } from 'node:util';
import { type Definition, acceptTools, digestOf, McpServers, readLock, readMcpSettings, serveStdio } from '#mcp';
import { ConfigError, loadStackConfig } from '#platform';
import { EXIT } from '../remote/exit-codes.js';
import { apiClient, withInterrupt } from '../remote/remote-command.js';

const HELP = `holdfast mcp [COMMAND]

Without a command it speaks MCP over its input and output, so that an MCP client can start runs and look at them:
  --url URL              where the API is (default: HOLDFAST_URL, else HOLDFAST_HOST and HOLDFAST_PORT)

tools [SERVER]           what the servers of HOLDFAST_MCP_FILE offer: accepted, new, or changed since
accept SERVER [TOOL…]    accepts tools as they are now: those named, or all that are configured
  --file FILE            the configuration (default: HOLDFAST_MCP_FILE)`;

const LIST_MS = 30_000;
/** Characters of a description that are shown. */
const SHOWN = 2_000;

/** Holdfast as an MCP server, and what it takes from others. */
export const mcp = {
  help: 'speak MCP; see and accept the tools of MCP servers',
  options: ['--url', '--file'],
  async run(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean', short: 'h' }, url: { type: 'string' }, file: { type: 'string' } } });
    const [command, ...names] = positionals;
    if (values.help || (command !== undefined && command !== 'tools' && command !== 'accept') || (command === 'accept' && names.length === 0)) {
      console.error(HELP);
      return values.help ? EXIT.done : EXIT.usage;
    }
    if (command === undefined) return serve(values.url);
    const config = loadStackConfig(process.env);
    const file = values.file ?? config.mcpFile;
    if (file === undefined) throw new ConfigError('HOLDFAST_MCP_FILE', 'is not set', 'Give the file that names the servers, or --file');
    return command === 'tools' ? show(file, config.mcpHosts, names[0]) : accept(file, config.mcpHosts, names[0]!, names.slice(1));
  },
};

function serve(url: string | undefined): Promise<number> {
  return withInterrupt(async (signal) => {
    await serveStdio(apiClient(url), signal);
    return EXIT.done;
  });
}

async function show(file: string, hosts: readonly string[], only: string | undefined): Promise<number> {
  const { servers } = readMcpSettings(file);
  const lock = readLock(file);
  let asked: number = EXIT.done;
  for (const [id, { tools }] of Object.entries(servers).filter(([name]) => only === undefined || name === only)) {
    const now = await definitionsOf(file, hosts, id).catch(() => null);
    if (!now) {
      console.log(`${id}: nobody answers`);
      asked = EXIT.failed;
      continue;
    }
    for (const definition of now) console.log(lineOf(id, definition, definition.name in tools, lock.servers[id]?.[definition.name]?.digest));
    for (const name of Object.keys(tools).filter((tool) => !now.some((definition) => definition.name === tool))) console.log(`${id} ${name}: configured, and the server has none of that name`);
  }
  return asked;
}

function lineOf(server: string, definition: Definition, configured: boolean, accepted: string | undefined): string {
  const state = accepted === undefined ? 'new' : accepted === digestOf(definition) ? 'accepted' : 'CHANGED since it was accepted';
  // As the server says it, with what a terminal would act on written out.
  const said = JSON.stringify(definition.description ?? '').replace(/[^\x20-\x7e\u00a1-\u024f]/g, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
  return `${server} ${definition.name}: ${configured ? state : 'not configured'}\n    ${said.slice(0, SHOWN)}`;
}

async function accept(file: string, hosts: readonly string[], id: string, names: string[]): Promise<number> {
  const setting = readMcpSettings(file).servers[id];
  if (!setting) throw new ConfigError('HOLDFAST_MCP_FILE', `${file} has no server ${id}`, 'Name one of its servers');
  const wanted = names.length > 0 ? names : Object.keys(setting.tools);
  const definitions = (await definitionsOf(file, hosts, id)).filter(({ name }) => wanted.includes(name));
  const missing = wanted.find((name) => !definitions.some((definition) => definition.name === name) || !(name in setting.tools));
  if (missing !== undefined) throw new ConfigError('HOLDFAST_MCP_FILE', `${missing} is not a tool that ${id} has and the file configures`, 'holdfast mcp tools lists them');
  acceptTools(file, id, definitions);
  console.log(`accepted of ${id}: ${definitions.map(({ name }) => name).join(', ')}. Workers and the API take it up when they are started again.`);
  return EXIT.done;
}

async function definitionsOf(file: string, hosts: readonly string[], id: string): Promise<Definition[]> {
  const servers = new McpServers(readMcpSettings(file), { hosts });
  try {
    return await servers.get(id).list(AbortSignal.timeout(LIST_MS));
  } finally {
    await servers.close();
  }
}
