import { describe, expect, it } from '@jest/globals';
import { createLogger, describeError } from './logger.js';

function logged(logLevel: 'info' | 'debug', write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ logLevel }, 'test', { write: (line: string) => void lines.push(line) }));
  return lines.join('');
}

describe('createLogger', () => {
  it('writes ids as fields', () => {
    const line = logged('info', (logger) => logger.child({ runId: 'r1' }).info({ step: 3 }, 'step finished'));
    expect(JSON.parse(line)).toMatchObject({ level: 'info', name: 'test', runId: 'r1', step: 3, msg: 'step finished' });
  });

  it('drops content at the default level, nested too', () => {
    const line = logged('info', (logger) => logger.info({ prompt: 'SECRET', step: 1, request: { messages: ['SECRET'], model: 'm' }, a: { b: { text: 'SECRET' } } }, 'called'));
    expect(line).not.toContain('SECRET');
    expect(JSON.parse(line)).toMatchObject({ step: 1, request: { model: 'm' } });
  });

  it('keeps content when the owner asks for it', () => {
    expect(logged('debug', (logger) => logger.debug({ prompt: 'mine' }, 'called'))).toContain('mine');
  });

  it.each(['info', 'debug'] as const)('never writes keys and passwords, at the level %s either', (level) => {
    const line = logged(level, (logger) => logger.info({ apiKey: 'SECRET', config: { databaseUrl: 'SECRET', masterKey: 'SECRET' }, req: { headers: { authorization: 'SECRET', cookie: 'SECRET' } } }, 'started'));
    expect(line).not.toContain('SECRET');
  });

  it('keeps what libraries hang on an error out of the log', () => {
    const error = Object.assign(new Error('duplicate key\nSECRET second line'), { code: '23505', detail: 'SECRET', cause: new Error('root') });
    const line = logged('info', (logger) => logger.error({ err: error }, 'failed'));
    expect(line).not.toContain('SECRET');
    expect(JSON.parse(line)).toMatchObject({ err: { code: '23505', message: 'duplicate key', cause: { message: 'root' } } });
  });

  it('describes an error once, whoever does it', () => {
    const line = logged('info', (logger) => logger.error({ error: describeError(new RangeError('too far')) }, 'failed'));
    expect(JSON.parse(line)).toMatchObject({ error: { type: 'RangeError', message: 'too far' } });
  });
});
