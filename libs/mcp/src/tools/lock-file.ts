import { renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '#platform';
import { cleanSchema, SchemaRefused } from './clean.js';
import { type Definition, definitionSchema, digestOf } from './definition.js';
import { lockFileOf, readJson } from './settings.js';

const acceptedSchema = z.strictObject({ digest: z.string(), acceptedAt: z.string(), definition: definitionSchema });
const lockSchema = z.strictObject({ servers: z.record(z.string(), z.record(z.string(), acceptedSchema)) });

export type Accepted = z.output<typeof acceptedSchema>;
/** By server, then by tool. */
export type McpLock = z.output<typeof lockSchema>;

/**
 * What was accepted; nothing where nothing was.
 * @param file the configuration's
 * @throws ConfigError, also where a definition was changed in the file without being accepted
 */
export function readLock(file: string): McpLock {
  const path = lockFileOf(file);
  const parsed = lockSchema.safeParse(readJson(path, true) ?? { servers: {} });
  const lock = parsed.success ? parsed.data : null;
  const whole = lock && Object.values(lock.servers).every((tools) => Object.values(tools).every(({ digest, definition }) => digest === digestOf(definition)));
  if (whole) return lock;
  throw new ConfigError('HOLDFAST_MCP_FILE', `${path} is not what \`holdfast mcp accept\` wrote`, 'Remove it and accept the tools again');
}

/**
 * Takes up definitions of a server's tools, in place of those of the same names. Written whole or not at all.
 * @throws ConfigError where one could not be offered
 */
export function acceptTools(file: string, server: string, definitions: readonly Definition[], now = new Date()): McpLock {
  for (const { name, inputSchema } of definitions) requireUsable(server, name, inputSchema);
  const lock = readLock(file);
  const added = Object.fromEntries(definitions.map((definition) => [definition.name, { digest: digestOf(definition), acceptedAt: now.toISOString(), definition }]));
  const next = { servers: { ...lock.servers, [server]: { ...lock.servers[server], ...added } } };
  const path = lockFileOf(file);
  writeFileSync(`${path}.new`, `${JSON.stringify(next, null, 2)}\n`);
  renameSync(`${path}.new`, path);
  return next;
}

/** @throws ConfigError */
export function requireUsable(server: string, tool: string, schema: unknown, withoutArgument?: string): Record<string, unknown> {
  try {
    return cleanSchema(schema, withoutArgument);
  } catch (error) {
    if (error instanceof SchemaRefused) throw new ConfigError('HOLDFAST_MCP_FILE', `the tool ${tool} of ${server} cannot be offered: ${error.message}`, 'Leave it out');
    throw error;
  }
}
