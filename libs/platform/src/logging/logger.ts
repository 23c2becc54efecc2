import { type DestinationStream, type Logger, pino } from 'pino';
import type { StackConfig } from '../config/config.js';
import { currentScope } from '../telemetry/scope.js';

export type { Logger };

/** Fields under which prompts, documents or model text would travel. They never reach a log, at any depth shown here. */
const CONTENT_FIELDS = ['content', 'text', 'prompt', 'messages', 'message.content', 'body', 'thinking', 'arguments', 'args', 'input', 'output', 'result', 'passages', 'question', 'answer'];

/** Fields under which keys and passwords would travel: dropped at every level, whoever asks. */
const SECRET_FIELDS = ['authorization', 'cookie', 'apiKey', 'key', 'secret', 'password', 'token', 'databaseUrl', 'databaseDirectUrl', 'masterKey'];
const atAnyDepth = (fields: readonly string[]): string[] => fields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/**
 * One JSON line a record on stdout. Ids belong in fields: `createLogger(config, 'worker').child({ runId, step })`.
 * Content fields are dropped at the default level and below; debug and trace keep them for the owner who asks.
 */
export function createLogger(config: Pick<StackConfig, 'logLevel'>, name: string, destination?: DestinationStream): Logger {
  const showsContent = config.logLevel === 'debug' || config.logLevel === 'trace';
  const options = {
    name,
    level: config.logLevel,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // What is at work says its ids in every line that is logged meanwhile. A copy: pino writes the line's own fields into it.
    mixin: () => ({ ...currentScope()?.log }),
    serializers: { err: describeOnce, error: describeOnce },
    redact: { paths: [...atAnyDepth(SECRET_FIELDS), ...(showsContent ? [] : atAnyDepth(CONTENT_FIELDS))], remove: true },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

interface LoggedError {
  type: string;
  code?: string;
  message: string;
  stack?: string;
  cause?: LoggedError;
}

const MESSAGE_LENGTH = 300;
/** What `describeError` gave: a logger that is handed one must not describe it again. */
const described = new WeakSet<object>();

function describeOnce(error: unknown): LoggedError {
  return typeof error === 'object' && error !== null && described.has(error) ? (error as LoggedError) : describeError(error);
}

/** An error without the fields that libraries hang on it (a statement's values, a response's body). */
export function describeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error).slice(0, MESSAGE_LENGTH) };
  const { code } = error as NodeJS.ErrnoException;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  const logged = {
    type: error.name,
    ...(code === undefined ? {} : { code: String(code) }),
    message: (error.message.split('\n')[0] ?? '').slice(0, MESSAGE_LENGTH),
    ...(frames?.length ? { stack: frames.join('\n') } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
  described.add(logged);
  return logged;
}
