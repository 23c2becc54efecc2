import { NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, HoldfastError, problemSchema } from '#contracts';
import { InvalidRequest } from './invalid-request.js';
import { toProblem } from './problem.js';

const withFields = (message: string, fields: object): Error => Object.assign(new Error(message), fields);

describe('toProblem', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('answers %s with its status', (code) => {
    const problem = toProblem(new HoldfastError(code, 'what to do'), '/v1/x');
    expect(problemSchema.parse(problem)).toMatchObject({ code, status: ERROR_CODES[code].status, retryable: ERROR_CODES[code].retryable, detail: 'what to do', type: `urn:holdfast:problem:${code}`, instance: '/v1/x' });
  });

  it('names the paths that are wrong', () => {
    const { error } = z.object({ a: z.object({ b: z.int() }) }).safeParse({ a: { b: 'x' } });
    expect(toProblem(error, '/')).toMatchObject({ code: 'validation_failed', errors: [{ path: 'a.b', message: expect.any(String) }] });
    expect(toProblem(new InvalidRequest([{ path: 'b', message: 'is wrong' }]).under('a'), '/')).toMatchObject({ errors: [{ path: 'a.b', message: 'is wrong' }] });
  });

  it.each<[string, unknown, ErrorCode]>([
    ['a refused connection', withFields('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' }), 'database_unavailable'],
    ['a server that shuts down', withFields('terminating connection', { code: '57P01' }), 'database_unavailable'],
    ['a connection that broke', new Error('Connection terminated unexpectedly'), 'database_unavailable'],
    ['a pool that waited too long', new Error('timeout exceeded when trying to connect'), 'database_unavailable'],
    ['tables that are not there yet', withFields('relation "runs" does not exist', { code: '42P01' }), 'database_unavailable'],
    ['a full disk', withFields('could not extend file', { code: '53100' }), 'disk_full'],
    ['a second live run of a thread', withFields('duplicate key', { code: '23505', constraint: 'runs_thread_live' }), 'thread_busy'],
    ['text with NUL', withFields('invalid byte sequence', { code: '22021' }), 'validation_failed'],
    ['a day that lies further off than any place', withFields('time zone displacement out of range', { code: '22009' }), 'validation_failed'],
    ['a huge body', withFields('request entity too large', { type: 'entity.too.large', status: 413 }), 'body_too_large'],
    ['a strange charset', withFields('unsupported charset', { type: 'charset.unsupported', status: 415 }), 'unsupported_media_type'],
    ['a malformed body', withFields('Unexpected token', { type: 'entity.parse.failed', status: 400 }), 'validation_failed'],
    ['a huge file', withFields('File too large', { code: 'LIMIT_FILE_SIZE' }), 'file_too_large'],
    ['an unknown route', new NotFoundException('Cannot GET /nope'), 'not_found'],
    ['a bug', new TypeError('undefined is not a function'), 'internal'],
    ['something that is no error', 'oops', 'internal'],
  ])('gives %s its code', (_, error, code) => {
    expect(toProblem(error, '/')).toMatchObject({ code, status: ERROR_CODES[code].status });
  });

  it('shows nothing of an unexpected error', () => {
    const error = withFields('SECRET in select * from runs', { code: '42601', query: 'select SECRET' });
    error.stack = 'SECRET at x.ts:1';
    expect(JSON.stringify(toProblem(error, '/'))).not.toContain('SECRET');
  });
});
