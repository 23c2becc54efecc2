import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config, StackConfig } from './config.js';
import { authConfig } from './auth-settings.js';
import { ConfigError } from './config-error.js';
import { mayReceive } from '../telemetry/otlp-hosts.js';
import { resolveRoles, resolveRuntimes } from './resolve-runtimes.js';
import { withSecretFiles } from './secret-files.js';
import { type RuntimeKind, type Settings, settingsSchema } from './schema.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export const CONFIG_FILE = 'holdfast.config.json';

const DEFAULTS: Record<RuntimeKind, { url: string; model: string; embedModel: string }> = {
  ollama: { url: 'http://127.0.0.1:11434', model: 'gemma4:e4b', embedModel: 'embeddinggemma' },
  openai: { url: 'http://127.0.0.1:1234', model: 'gemma-4-e4b', embedModel: 'text-embedding-embeddinggemma' },
  embedded: { url: 'http://127.0.0.1:11435', model: 'gemma3:270m', embedModel: 'all-minilm' },
};

/**
 * Settings for the processes of a running stack: environment first, `holdfast.config.json` in the data folder second.
 * @throws ConfigError naming the variable and what to do.
 */
export function loadConfig(env: Environment): Config {
  const config = loadStackConfig(env);
  const databaseUrl = required(config.databaseUrl, 'DATABASE_URL');
  return {
    ...config,
    databaseUrl,
    databaseDirectUrl: config.databaseDirectUrl ?? databaseUrl,
    temporalAddress: required(config.temporalAddress, 'TEMPORAL_ADDRESS'),
    ...runtimesOf(config),
  };
}

export type RuntimesConfig = Pick<Config, 'runtime' | 'runtimeUrl' | 'runtimeHosts' | 'runtimes' | 'roles' | 'gates' | 'model' | 'embedUrl' | 'embedModel'>;

/**
 * The runtimes and which model they serve, for commands that need no stack.
 * @throws ConfigError naming the variable and what to do.
 */
export function runtimesOf(config: StackConfig): RuntimesConfig {
  const runtime = config.runtime ?? 'ollama';
  const runtimeUrl = config.runtimeUrl ?? DEFAULTS[runtime].url;
  const embedUrl = config.embedUrl ?? runtimeUrl;
  const model = config.model ?? DEFAULTS[runtime].model;
  const embedModel = config.embedModel ?? DEFAULTS[runtime].embedModel;
  const own = { id: runtime, kind: runtime, slots: config.modelSlots, ...(config.runtimeKeyFile && { keyFile: config.runtimeKeyFile }), ...(config.runtimeCaFile && { caFile: config.runtimeCaFile }) };
  const runtimes = resolveRuntimes([{ ...own, url: runtimeUrl }, ...config.furtherRuntimes], config.runtimeHosts);
  // A server that only embeds is no runtime that models are routed to, and checked all the same.
  resolveRuntimes([{ ...own, url: embedUrl }], config.runtimeHosts);
  return {
    runtime,
    runtimeUrl,
    runtimeHosts: config.runtimeHosts,
    model,
    embedUrl,
    embedModel,
    runtimes,
    gates: config.servedRuntimes ?? runtimes.map(({ id }) => id),
    roles: resolveRoles(config.roleSettings, runtimes, { main: { runtimeId: runtime, model }, embed: { runtimeId: runtime, model: embedModel } }),
  };
}

/**
 * The same settings before the stack runs: servers without an address are left for the embedded stack to start.
 * @throws ConfigError naming the variable and what to do.
 */
export function loadStackConfig(env: Environment): StackConfig {
  const settings = parse(env);
  return {
    dataDir: settings.HOLDFAST_DATA_DIR,
    host: settings.HOLDFAST_HOST,
    port: settings.HOLDFAST_PORT,
    auth: authConfig(settings),
    databaseUrl: settings.DATABASE_URL,
    databaseDirectUrl: settings.DATABASE_DIRECT_URL,
    temporalAddress: settings.TEMPORAL_ADDRESS,
    temporalNamespace: settings.TEMPORAL_NAMESPACE,
    temporalTls: { enabled: settings.TEMPORAL_TLS, caFile: settings.TEMPORAL_TLS_CA_FILE, certFile: settings.TEMPORAL_TLS_CERT_FILE, keyFile: settings.TEMPORAL_TLS_KEY_FILE, serverName: settings.TEMPORAL_TLS_SERVER_NAME },
    temporalApiKeyFile: settings.TEMPORAL_API_KEY_FILE,
    workerRoles: settings.HOLDFAST_WORKER_ROLES,
    buildId: settings.HOLDFAST_BUILD_ID,
    drainSeconds: settings.HOLDFAST_DRAIN_SECONDS,
    temporalUiUrl: settings.HOLDFAST_TEMPORAL_UI_URL?.replace(/\/$/, ''),
    consoleUrl: (settings.HOLDFAST_CONSOLE_URL ?? `http://${settings.HOLDFAST_HOST.includes(':') ? `[${settings.HOLDFAST_HOST}]` : settings.HOLDFAST_HOST}:${settings.HOLDFAST_PORT}/console`).replace(/\/$/, ''),
    payloadKeyFile: settings.HOLDFAST_PAYLOAD_KEY_FILE,
    masterKey: settings.HOLDFAST_MASTER_KEY,
    masterKeyFile: settings.HOLDFAST_MASTER_KEY_FILE,
    masterKeyCommand: settings.HOLDFAST_MASTER_KEY_COMMAND,
    sensitiveRuntimes: settings.HOLDFAST_SENSITIVE_RUNTIMES,
    transcriberUrl: settings.HOLDFAST_TRANSCRIBER_URL?.replace(/\/$/, ''),
    transcriberModel: settings.HOLDFAST_TRANSCRIBER_MODEL,
    transcriberApi: settings.HOLDFAST_TRANSCRIBER_API,
    transcriberKeyFile: settings.HOLDFAST_TRANSCRIBER_KEY_FILE,
    runKeysDir: settings.HOLDFAST_RUN_KEYS_DIR ?? join(settings.HOLDFAST_DATA_DIR, 'run-keys'),
    runtime: settings.HOLDFAST_RUNTIME,
    runtimeUrl: settings.HOLDFAST_RUNTIME_URL?.replace(/\/$/, ''),
    runtimeKeyFile: settings.HOLDFAST_RUNTIME_KEY_FILE,
    runtimeCaFile: settings.HOLDFAST_RUNTIME_CA_FILE,
    runtimeHosts: settings.HOLDFAST_RUNTIME_HOSTS,
    furtherRuntimes: settings.HOLDFAST_RUNTIMES,
    roleSettings: settings.HOLDFAST_ROLES,
    servedRuntimes: settings.HOLDFAST_GATES,
    model: settings.HOLDFAST_MODEL,
    embedUrl: settings.HOLDFAST_EMBED_URL?.replace(/\/$/, ''),
    embedModel: settings.HOLDFAST_EMBED_MODEL,
    gguf: settings.HOLDFAST_GGUF,
    embedGguf: settings.HOLDFAST_EMBED_GGUF,
    threads: settings.HOLDFAST_THREADS,
    modelSlots: settings.HOLDFAST_MODEL_SLOTS,
    contextTokens: settings.HOLDFAST_CONTEXT_TOKENS,
    ingestDirs: settings.HOLDFAST_INGEST_DIRS,
    repositories: settings.HOLDFAST_REPOSITORIES,
    toolchains: settings.HOLDFAST_TOOLCHAINS,
    sandbox: { kind: settings.HOLDFAST_SANDBOX, image: settings.HOLDFAST_SANDBOX_IMAGE },
    setupHosts: settings.HOLDFAST_SETUP_HOSTS,
    maxFileBytes: settings.HOLDFAST_MAX_FILE_MB * 1024 * 1024,
    webhookHosts: settings.HOLDFAST_WEBHOOK_HOSTS,
    mcpFile: settings.HOLDFAST_MCP_FILE,
    mcpHosts: settings.HOLDFAST_MCP_HOSTS,
    retention: settings.HOLDFAST_RETENTION,
    contentPolicy: settings.HOLDFAST_CONTENT_POLICY,
    metricsPort: settings.HOLDFAST_METRICS_PORT,
    otlpUrl: receiverOf(settings),
    otlpHosts: settings.HOLDFAST_OTLP_HOSTS,
    traceShare: settings.HOLDFAST_TRACE_SHARE,
    logLevel: settings.HOLDFAST_LOG_LEVEL,
  };
}

function receiverOf({ HOLDFAST_OTLP_URL: receiver, HOLDFAST_OTLP_HOSTS: hosts }: Settings): string | undefined {
  if (receiver === undefined || mayReceive(receiver, hosts)) return receiver;
  throw new ConfigError('HOLDFAST_OTLP_URL', `${new URL(receiver).hostname} is not on this machine`, 'Name that host in HOLDFAST_OTLP_HOSTS if traces may go there');
}

function parse(env: Environment): Settings {
  const fromEnv = Object.fromEntries(
    Object.keys(settingsSchema.shape).flatMap((name) => (env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]])),
  );
  const dataDir = settingsSchema.shape.HOLDFAST_DATA_DIR.parse(fromEnv['HOLDFAST_DATA_DIR']);
  const file = resolve(join(dataDir, CONFIG_FILE));
  const parsed = settingsSchema.safeParse(withSecretFiles({ ...readConfigFile(file), ...fromEnv }));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const variable = String(issue?.path[0] ?? 'configuration');
  throw new ConfigError(variable, issue?.message ?? 'is not valid', `Change it in the environment or in ${file}`);
}

function readConfigFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError('HOLDFAST_DATA_DIR', `${file} can't be read (${(error as NodeJS.ErrnoException).code})`, 'Make it readable, or remove it');
  }
  const content = parseJson(text, file);
  const unknown = Object.keys(content).find((name) => !(name in settingsSchema.shape));
  if (unknown !== undefined) {
    throw new ConfigError(unknown, `is in ${file} and is no setting`, `The settings are ${Object.keys(settingsSchema.shape).join(', ')}`);
  }
  if ('HOLDFAST_DATA_DIR' in content) {
    throw new ConfigError('HOLDFAST_DATA_DIR', `is in ${file}, which lies in that folder`, 'Set it in the environment, or use --data');
  }
  return content;
}

function parseJson(text: string, file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new ConfigError(CONFIG_FILE, `${file} is not JSON`, 'It holds one object whose names are the environment variables');
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ConfigError(CONFIG_FILE, `${file} is not a JSON object`, 'It holds one object whose names are the environment variables');
  }
  return content as Record<string, unknown>;
}

function required(value: string | undefined, variable: string): string {
  if (value !== undefined) return value;
  throw new ConfigError(variable, 'is not set', '`npm run up` starts a stack that sets it; to use a server of your own, give its address');
}
