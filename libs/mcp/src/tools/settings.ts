import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '#platform';

const agents = z.array(z.string().min(1).max(100)).min(1);

/** What the owner of the installation says of one tool. What its server says of it decides nothing. */
const toolSchema = z.strictObject({
  effect: z.enum(['read', 'idempotent', 'once']),
  /** For the drift check; `read` or `mutate`, by the effect, where not given. */
  kind: z.enum(['read', 'search', 'exec', 'mutate', 'ask']).optional(),
  approval: z.union([z.boolean(), z.strictObject({ expiresAfterS: z.int().min(1).optional(), remindAfterS: z.int().min(1).optional() })]).default(false),
  timeoutS: z.int().min(1).max(3_600).default(60),
  /** Characters of a result that the model is shown. */
  maxResultChars: z.int().min(100).max(200_000).default(20_000),
  agents: agents.optional(),
  /** In place of the server's own words. */
  description: z.string().min(1).max(400).optional(),
  /** The argument that takes the call's idempotency key; the model does not see it. */
  keyArgument: z.string().min(1).max(64).optional(),
});

const common = {
  agents: agents.optional(),
  /** By the name that the server has for it. A tool that is not named is not offered. */
  tools: z.record(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/, { error: 'a tool’s name is at most 40 letters, digits, dots, dashes and underscores' }), toolSchema),
};

const serverSchema = z.union([
  z.strictObject({
    ...common,
    command: z.string().min(1),
    args: z.array(z.string()).default([]),
    cwd: z.string().min(1).optional(),
    env: z.record(z.string(), z.string()).default({}),
    /** Environment variables whose values are read from files. */
    envFiles: z.record(z.string(), z.string().min(1)).default({}),
  }),
  z.strictObject({
    ...common,
    url: z.url({ protocol: /^https?$/ }),
    /** File with a token, sent as `Authorization: Bearer`. */
    keyFile: z.string().min(1).optional(),
    caFile: z.string().min(1).optional(),
  }),
]);

export const mcpFileSchema = z.strictObject({
  servers: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,18}$/, { error: 'a server’s id is at most 19 lower-case letters, digits and dashes' }), serverSchema),
});

export type McpServerSetting = z.output<typeof serverSchema>;
export type McpToolSetting = z.output<typeof toolSchema>;
export type McpSettings = z.output<typeof mcpFileSchema>;

/** Where the definitions that a person accepted are kept: beside the configuration, so that both are kept and reviewed together. */
export const lockFileOf = (file: string): string => file.replace(/(\.json)?$/, '.lock.json');

/** @throws ConfigError */
export function readMcpSettings(file: string): McpSettings {
  const parsed = mcpFileSchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  const { path, message } = innermost(parsed.error.issues[0]!);
  throw new ConfigError('HOLDFAST_MCP_FILE', `${file}: ${path.join('.') || 'the file'}: ${message}`, 'docs/mcp.md shows what it holds');
}

type Issue = { path: PropertyKey[]; message: string };

/** What is wrong where it is wrong: of the two kinds of a server, with the one that is meant. */
function innermost(issue: z.core.$ZodIssue): Issue {
  if (issue.code === 'invalid_key') return { path: issue.path, message: issue.issues[0]!.message };
  if (issue.code !== 'invalid_union') return issue;
  const [meant] = issue.errors.map((branch) => branch.map(innermost)).sort((a, b) => a.length - b.length || b[0]!.path.length - a[0]!.path.length);
  return meant ? { path: [...issue.path, ...meant[0]!.path], message: meant[0]!.message } : issue;
}

/** @throws ConfigError where the file is there and cannot be read; null where it is not and need not be. */
export function readJson(file: string, mayMiss = false): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (mayMiss && code === 'ENOENT') return null;
    throw new ConfigError('HOLDFAST_MCP_FILE', code ? `${file} can't be read (${code})` : `${file} is not JSON`, 'Mend the file, or unset HOLDFAST_MCP_FILE');
  }
}

/** The content of a file that holds a secret. @throws ConfigError */
export function readSecret(file: string, what: string): string {
  try {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret) return secret;
  } catch (error) {
    throw new ConfigError('HOLDFAST_MCP_FILE', `${what} can't be read (${(error as NodeJS.ErrnoException).code})`, 'Make its file readable for this process');
  }
  throw new ConfigError('HOLDFAST_MCP_FILE', `${what} is an empty file`, 'It holds one line');
}
