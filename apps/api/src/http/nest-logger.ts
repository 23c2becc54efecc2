import type { LoggerService } from '@nestjs/common';
import type { Logger } from '#platform';

/** Nest's own messages in the log's form; what it says of its start is for debugging. */
export function nestLogger(logger: Logger): LoggerService {
  const say = (level: 'debug' | 'warn' | 'error') => (message: unknown, ...rest: unknown[]) => logger[level]({ nest: rest.at(-1) }, String(message));
  return { log: say('debug'), verbose: say('debug'), debug: say('debug'), warn: say('warn'), error: say('error'), fatal: say('error') };
}
