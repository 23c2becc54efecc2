import { parseArgs } from 'node:util';
import { ConfigError, loadStackConfig, type StackConfig } from '#platform';
import type { StackPorts } from '#platform/stack';
import { pathOf } from './command.js';

/** For completion. */
export const STACK_OPTIONS = ['--data', '--port', '--temporal-port', '--ui-port', '--postgres-port', '--json', '--help'];
const DEFAULT_PORTS = { temporal: 7233, ui: 8233, postgres: 5433 };

/** Options that every command takes which starts a stack. `--port 0` picks free ones for all parts that are not named. */
export function parseStackOptions(args: string[], more: Record<string, { type: 'boolean' | 'string' }> = {}, anyPorts = false): { config: StackConfig; ports: StackPorts; values: Record<string, string | boolean | undefined> } {
  const { values } = parseArgs({
    args,
    options: { help: { type: 'boolean' }, json: { type: 'boolean' }, data: { type: 'string' }, port: { type: 'string' }, 'temporal-port': { type: 'string' }, 'ui-port': { type: 'string' }, 'postgres-port': { type: 'string' }, ...more },
  }) as { values: Record<string, string | boolean | undefined> };
  const port = values['port'] ?? process.env['HOLDFAST_PORT'] ?? (anyPorts ? '0' : undefined);
  const config = loadStackConfig({
    ...process.env,
    ...(values['data'] ? { HOLDFAST_DATA_DIR: pathOf(String(values['data'])) } : {}),
    ...(port === undefined ? {} : { HOLDFAST_PORT: String(port) }),
  });
  const other = (name: keyof StackPorts, option: string): number => toPort(option, values[option] ?? (config.port === 0 ? 0 : DEFAULT_PORTS[name]));
  return { config, ports: { temporal: other('temporal', 'temporal-port'), ui: other('ui', 'ui-port'), postgres: other('postgres', 'postgres-port') }, values };
}

function toPort(option: string, value: string | number | boolean): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ConfigError(`--${option}`, `${String(value)} is no port`, 'Give a number up to 65535; 0 picks a free one');
}
