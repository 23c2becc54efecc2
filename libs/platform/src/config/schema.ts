import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { contentPolicySchema, retentionSchema, WORKER_ROLES } from '#contracts';
import { authSettings } from './auth-settings.js';
import { PROJECT_ROOT } from './project-root.js';
import { hostsSchema, jsonOr, rolesSchema, RUNTIME_KINDS, runtimesSchema } from './runtime-settings.js';

const port = z.coerce.number().int().min(0).max(65535);
const path = z.string().min(1).transform((value) => resolve(value));
const url = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)), {
    error: `must be an address that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  });

export { RUNTIME_KINDS, type RuntimeKind } from './runtime-settings.js';
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')], { error: 'must be true or false' });

/** Separated by `,`; a list in the configuration file. */
const listSchema = z.union([z.array(z.string()), z.string().transform((value) => value.split(','))]).transform((entries) => entries.map((entry) => entry.trim()).filter((entry) => entry !== ''));

/**
 * Every setting of Holdfast, by environment variable. The README's table is made from this schema, so a description
 * is written for the person who sets it.
 */
export const settingsSchema = z.object({
  HOLDFAST_DATA_DIR: path.default(join(PROJECT_ROOT, '.holdfast', 'data')).describe('Folder that holds all state: database files, blobs, logs.'),
  HOLDFAST_HOST: z.string().min(1).default('127.0.0.1').describe('Address that the API listens on. Another than loopback needs HOLDFAST_AUTH.'),
  HOLDFAST_PORT: port.default(3000).describe('Port of the API; 0 picks a free one.'),
  ...authSettings,
  DATABASE_URL: url('postgres', 'postgresql').optional().describe('Postgres with pgvector. Not given: the embedded stack starts its own.'),
  DATABASE_URL_FILE: path.optional().describe('File that holds DATABASE_URL, so that its password stands in no environment.'),
  DATABASE_DIRECT_URL: url('postgres', 'postgresql').optional().describe('The same database without a pooler between, for LISTEN. Not given: DATABASE_URL.'),
  DATABASE_DIRECT_URL_FILE: path.optional().describe('File that holds DATABASE_DIRECT_URL.'),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:/]+:\d+$|^\[[0-9a-fA-F:]+\]:\d+$/, { error: 'must be host:port, without a protocol' })
    .optional()
    .describe('Temporal server, host:port. Not given: the embedded stack starts a dev server.'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('Temporal namespace.'),
  TEMPORAL_TLS: flag.default(false).describe('Whether Temporal is reached over TLS: `true` or `false`. The settings below turn it on too.'),
  TEMPORAL_TLS_CA_FILE: path.optional().describe('Certificate of the authority that signed Temporal’s own, as PEM. Not given: those that this machine trusts.'),
  TEMPORAL_TLS_CERT_FILE: path.optional().describe('Client certificate, as PEM, for a Temporal that asks for one (Temporal Cloud does, or for an API key).'),
  TEMPORAL_TLS_KEY_FILE: path.optional().describe('Key of that certificate, as PEM.'),
  TEMPORAL_TLS_SERVER_NAME: z.string().min(1).optional().describe('Name that Temporal’s certificate is for, where it is not that of the address.'),
  TEMPORAL_API_KEY_FILE: path.optional().describe('File with an API key for Temporal. Sent over TLS only.'),
  HOLDFAST_WORKER_ROLES: listSchema
    .pipe(z.array(z.enum(WORKER_ROLES)).min(1))
    .default([...WORKER_ROLES])
    .describe('What a worker is there for, separated by `,`: `workflows`, `model` (model calls of HOLDFAST_GATES), `tools`, `documents`. Where some workers have fewer than all, each role must be with one of them.')
    .meta({ shownDefault: 'all of them' }),
  HOLDFAST_BUILD_ID: z.string().regex(/^[\w.-]{1,100}$/).optional().describe('Version of this worker. Given: runs stay with workers of the version they began with, and new ones go to the version that was made current (`npm run holdfast -- deploy`).'),
  HOLDFAST_DRAIN_SECONDS: z.coerce.number().int().min(1).max(3_600).default(8).describe('Seconds that a worker, told to stop, lets what it is doing go on. What is not done then is done again by another one.'),
  HOLDFAST_TEMPORAL_UI_URL: url('http', 'https').optional().describe("Address of Temporal's Web UI, for links to runs."),
  HOLDFAST_CONSOLE_URL: url('http', 'https').optional().describe("Address under which people open the console; runs in Temporal's Web UI lead there.").meta({ shownDefault: 'HOLDFAST_HOST and HOLDFAST_PORT, /console' }),
  HOLDFAST_PAYLOAD_KEY_FILE: path.optional().describe('Key file (lines of `id base64-of-32-bytes`, the first one encrypts). Not given: the stack makes one in the data folder; a process started by hand encrypts nothing.'),
  HOLDFAST_SENSITIVE_RUNTIMES: hostsSchema.default([]).describe('Runtimes beside those on loopback, by id and separated by `,`, that sensitive agents may use: patient text goes to them.'),
  HOLDFAST_TRANSCRIBER_URL: url('http', 'https').optional().describe('Server that writes down recordings for the medical agent. On loopback, or else on a host of HOLDFAST_RUNTIME_HOSTS with `transcriber` among HOLDFAST_SENSITIVE_RUNTIMES. Not given: recordings are refused.'),
  HOLDFAST_TRANSCRIBER_API: z.enum(['transcriptions', 'chat']).default('transcriptions').describe('What it is asked by: `transcriptions` (OpenAI’s /v1/audio/transcriptions: whisper.cpp, faster-whisper, vLLM) or `chat` (a model with audio behind /v1/chat/completions).'),
  HOLDFAST_TRANSCRIBER_MODEL: z.string().min(1).default('whisper-1').describe('Its model.'),
  HOLDFAST_TRANSCRIBER_KEY_FILE: path.optional().describe('File with its API key, where it wants one. Sent over TLS or loopback only.'),
  HOLDFAST_MASTER_KEY: z.string().regex(/^\S+ \S+$/, 'must be `id base64-of-32-bytes`').optional().describe('Master key that wraps the keys of sensitive runs, as `id base64-of-32-bytes`.'),
  HOLDFAST_MASTER_KEY_FILE: path.optional().describe('The same as a file, a line a key: the first one wraps, the others still unwrap. Not given: one is made in the data folder.'),
  HOLDFAST_MASTER_KEY_COMMAND: jsonOr(z.array(z.string().min(1)).min(1)).optional().describe('Command of a key management service that wraps in place of these two, as JSON: `["/opt/kms/holdfast-keys"]`; docs/medical.md says what it is asked.'),
  HOLDFAST_RUN_KEYS_DIR: path.optional().describe('Folder of the wrapped keys of sensitive runs, the same for every process. Without its file a run cannot be read; leave it out of backups of the database.').meta({ shownDefault: 'run-keys in the data folder' }),
  HOLDFAST_RUNTIME: z.enum(RUNTIME_KINDS).optional().describe('Kind of model runtime. Not given: an Ollama that answers and has a Gemma, else the embedded one.'),
  HOLDFAST_RUNTIME_URL: url('http', 'https').optional().describe('Address of the model runtime.'),
  HOLDFAST_RUNTIME_KEY_FILE: path.optional().describe('File with the API key of the model runtime, where it wants one. Sent over TLS or loopback only.'),
  HOLDFAST_RUNTIME_CA_FILE: path.optional().describe('File (PEM) of the authority that signed the certificate of the model runtime, where the system does not know it.'),
  HOLDFAST_RUNTIME_HOSTS: hostsSchema.default([]).describe('Hosts beside loopback, separated by `,`, that a model runtime may be on. Prompts and documents go to them. Checked again after each name is resolved.'),
  HOLDFAST_RUNTIMES: runtimesSchema.default([]).describe('Further runtimes, as JSON: `[{"id","kind","url","keyFile","caFile","slots"}]`.'),
  HOLDFAST_GATES: hostsSchema.optional().describe('Runtimes whose model calls this process serves, by id, separated by `,`. Not given: all of them.'),
  HOLDFAST_ROLES: rolesSchema.default({}).describe('Models by role (`fast`, `main`, `large`, `judge`, `vision`, `embed`), as JSON: `{"main": ["gpu/gemma4:26b", "ollama/gemma4:e4b"]}`; the later ones are taken where the first fails.').meta({ shownDefault: 'HOLDFAST_MODEL for all' }),
  HOLDFAST_MODEL: z.string().min(1).optional().describe('Model that agents use; `auto` takes the best Gemma that fits this machine.'),
  HOLDFAST_EMBED_URL: url('http', 'https').optional().describe('Address of the runtime that embeds. Not given: the model runtime.'),
  HOLDFAST_EMBED_MODEL: z.string().min(1).optional().describe('Model that embeds passages and questions.'),
  HOLDFAST_GGUF: path.optional().describe('Model file of the embedded runtime. Not given: Gemma 3 270M is fetched.'),
  HOLDFAST_EMBED_GGUF: path.optional().describe('Embedding model file of the embedded runtime. Not given: all-MiniLM-L6-v2 is fetched.'),
  HOLDFAST_THREADS: z.coerce
    .number()
    .int()
    .min(1)
    .default(Math.max(1, Math.min(availableParallelism() - 1, 8)))
    .describe('Threads of the embedded runtime; one core is left to the rest of the stack. More threads than free cores make it a hundred times slower.')
    .meta({ shownDefault: 'one less than there are cores, at most 8' }),
  HOLDFAST_MODEL_SLOTS: z.coerce.number().int().min(1).default(1).describe('Requests that the model runtime works on at once.'),
  HOLDFAST_CONTEXT_TOKENS: z.coerce.number().int().min(512).default(8192).describe('Context window asked of the model, in tokens.'),
  HOLDFAST_INGEST_DIRS: z
    .union([z.array(z.string()), z.string().transform((value) => value.split(':'))])
    .transform((folders) => folders.filter((folder) => folder !== '').map((folder) => resolve(folder)))
    .default([join(PROJECT_ROOT, 'samples')])
    .describe('Folders, separated by `:`, whose files may be ingested by path.'),
  HOLDFAST_REPOSITORIES: listSchema
    .default([])
    .describe('What the coding agent may work on: folders, with all below them, and beginnings of addresses, separated by `,`. It only reads them.'),
  HOLDFAST_TOOLCHAINS: listSchema
    .default([])
    .describe('Folders that sandboxed commands see read-only beside the system’s own, separated by `,`: toolchains and dependencies. Their `bin` goes on PATH. This Node is among them by itself.'),
  HOLDFAST_SANDBOX: z.enum(['bubblewrap', 'container']).default('bubblewrap').describe('What the coding agent’s commands run in: bubblewrap, or a container of Podman or Docker. Where it cannot be had, commands are refused.'),
  HOLDFAST_SANDBOX_IMAGE: z.string().min(1).default('node:24').describe('Image of that container, with all that tests need; it is there already and never pulled.'),
  HOLDFAST_SETUP_HOSTS: hostsSchema.default([]).describe('Hosts, separated by `,`, that the setup step of the coding agent may reach once a person approved it: package registries. `name` is ports 80 and 443, `name:port` that port. Not given: there is no setup step.'),
  HOLDFAST_MAX_FILE_MB: z.coerce.number().int().min(1).max(4_096).default(100).describe('Largest file that may be uploaded, in megabytes.'),
  HOLDFAST_WEBHOOK_HOSTS: hostsSchema.default([]).describe('Hosts, separated by `,`, that webhooks may call though they are on this machine or in a private network. Public hosts need no mention.'),
  HOLDFAST_MCP_FILE: path.optional().describe('File that says which tools of which MCP servers agents are given (docs/mcp.md). Not given: none.'),
  HOLDFAST_MCP_HOSTS: hostsSchema.default([]).describe('Hosts beside loopback, separated by `,`, that an MCP server may be on. What agents say to its tools goes to them. Checked again after each name is resolved.'),
  HOLDFAST_RETENTION: retentionSchema.default([]).describe('How long ended runs are kept, as JSON: `[{"agent":"research","status":"completed","days":90},{"days":365}]`. The first rule that fits holds; runs that none fits are kept. With `eventDays` the events of a run go before it does.'),
  HOLDFAST_CONTENT_POLICY: jsonOr(contentPolicySchema)
    .default({ instructions: '', never: [] })
    .describe('What the dungeon master leaves out, as JSON: `{"instructions":"No cruelty to animals.","never":["gore"]}`. Instructions go to the model; sentences with a word of `never` are told again or dropped. Added to what a world\'s rules say.')
    .meta({ shownDefault: 'nothing' }),
  HOLDFAST_METRICS_PORT: port.optional().describe('Port on loopback at which a worker or a gate gives its metrics to Prometheus, Temporal’s among them; 0 picks a free one, which its log names. The API then gives its own at `/metrics`. Not given: nothing is counted.'),
  HOLDFAST_OTLP_URL: url('http', 'https').optional().describe('Receiver of traces, OTLP over HTTP, such as `http://127.0.0.1:4318`. They hold ids, names and numbers. Not given: nothing is traced.'),
  HOLDFAST_OTLP_HOSTS: hostsSchema.default([]).describe('Hosts beside loopback, separated by `,`, that the receiver of traces may be on.'),
  HOLDFAST_TRACE_SHARE: z.coerce.number().min(0).max(1).default(1).describe('Share of requests that are traced, from 0 to 1. One that says so itself (`traceparent`) is traced as it says.'),
  HOLDFAST_LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Lowest level that is logged.'),
});

export type Settings = z.output<typeof settingsSchema>;
