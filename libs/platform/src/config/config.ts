import type { ContentPolicy, RetentionRule, WorkerRole } from '#contracts';
import type { AuthConfig } from './auth-settings.js';
import type { ConfiguredRuntime, RoleRoutes } from './resolve-runtimes.js';
import type { RoleSettings, RuntimeSetting } from './runtime-settings.js';
import type { LOG_LEVELS, RuntimeKind } from './schema.js';

/** What the embedded stack is told: parts that aren't given are started by it. */
export interface StackConfig {
  readonly dataDir: string;
  readonly host: string;
  /** TCP port of the API; 0 means any free one. */
  readonly port: number;
  readonly auth: AuthConfig;
  readonly databaseUrl: string | undefined;
  readonly databaseDirectUrl: string | undefined;
  /** host:port, no protocol. */
  readonly temporalAddress: string | undefined;
  readonly temporalNamespace: string;
  readonly temporalTls: { readonly enabled: boolean; readonly caFile: string | undefined; readonly certFile: string | undefined; readonly keyFile: string | undefined; readonly serverName: string | undefined };
  readonly temporalApiKeyFile: string | undefined;
  readonly workerRoles: readonly WorkerRole[];
  /** Undefined: workers are not told apart by version. */
  readonly buildId: string | undefined;
  readonly drainSeconds: number;
  readonly temporalUiUrl: string | undefined;
  readonly consoleUrl: string;
  readonly payloadKeyFile: string | undefined;
  readonly masterKey: string | undefined;
  readonly masterKeyFile: string | undefined;
  readonly masterKeyCommand: readonly string[] | undefined;
  readonly runKeysDir: string;
  readonly sensitiveRuntimes: readonly string[];
  readonly transcriberUrl: string | undefined;
  readonly transcriberModel: string;
  readonly transcriberApi: 'transcriptions' | 'chat';
  readonly transcriberKeyFile: string | undefined;
  readonly runtime: RuntimeKind | undefined;
  readonly runtimeUrl: string | undefined;
  readonly runtimeKeyFile: string | undefined;
  readonly runtimeCaFile: string | undefined;
  /** Beside loopback. */
  readonly runtimeHosts: readonly string[];
  readonly furtherRuntimes: readonly RuntimeSetting[];
  readonly roleSettings: RoleSettings;
  readonly servedRuntimes: readonly string[] | undefined;
  readonly model: string | undefined;
  readonly embedUrl: string | undefined;
  readonly embedModel: string | undefined;
  readonly gguf: string | undefined;
  readonly embedGguf: string | undefined;
  readonly threads: number;
  readonly modelSlots: number;
  readonly contextTokens: number;
  /** Absolute folders whose files may be ingested by path. */
  readonly ingestDirs: readonly string[];
  /** Folders and beginnings of addresses. */
  readonly repositories: readonly string[];
  readonly toolchains: readonly string[];
  readonly sandbox: { readonly kind: 'bubblewrap' | 'container'; readonly image: string };
  readonly setupHosts: readonly string[];
  readonly maxFileBytes: number;
  /** Hosts that webhooks may call wherever they are. */
  readonly webhookHosts: readonly string[];
  readonly mcpFile: string | undefined;
  /** Beside loopback. */
  readonly mcpHosts: readonly string[];
  readonly retention: readonly RetentionRule[];
  readonly contentPolicy: ContentPolicy;
  /** Undefined: no metrics. 0 means any free port. */
  readonly metricsPort: number | undefined;
  /** Undefined: no traces. */
  readonly otlpUrl: string | undefined;
  readonly otlpHosts: readonly string[];
  readonly traceShare: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** What the API, the workers and the tools run with: every server has an address. */
export interface Config extends StackConfig {
  readonly databaseUrl: string;
  readonly databaseDirectUrl: string;
  readonly temporalAddress: string;
  readonly runtime: RuntimeKind;
  readonly runtimeUrl: string;
  readonly model: string;
  readonly embedUrl: string;
  readonly embedModel: string;
  /** The one of `runtimeUrl` first, under its kind's name. */
  readonly runtimes: readonly ConfiguredRuntime[];
  readonly roles: RoleRoutes;
  /** Ids of the runtimes that this process stands in front of. */
  readonly gates: readonly string[];
}
