import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { type CreatedKey, createdKeySchema, type CreateKey, createKeySchema, HoldfastError, idSchema, keyPageSchema, type KeyView, listPageSchema, type RotateKey, rotateKeySchema } from '#contracts';
import { appendAudit, endKey, listKeys, makeKey, type Pool, readKey, readPrincipalName, revokeKey, withTx } from '#store';
import { Authenticator } from '../auth/authenticator.js';
import { type Caller, FromCaller, type Identity, requireRole } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { InvalidRequest } from '../http/invalid-request.js';
import { Endpoint } from '../openapi/endpoint.js';
import { type Page, paged, pageOf } from '../runs/cursor.js';

@ApiTags('keys')
@Controller('v1/keys')
export class KeysController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  // No Idempotency-Key here and below: the kept answer would hold the key.
  @Post()
  @HttpCode(201)
  @Endpoint({ role: 'admin', summary: 'Make an API key', description: 'The key is shown here and never again: what is kept of it is a hash.', answers: { 201: { schema: createdKeySchema, description: 'Made.' } }, errors: ['body_too_large', 'unsupported_media_type'] })
  createKey(@FromCaller() caller: Caller, @Body({ schema: createKeySchema }) body: CreateKey): Promise<CreatedKey> {
    return withTx(this.pool, caller.tenantId, async (tx) => {
      if (body.principalId !== undefined && (await readPrincipalName(tx, caller.tenantId, body.principalId)) === null) throw new InvalidRequest([{ path: 'principalId', message: 'names nobody' }]);
      return makeKey(tx, { ...body, tenantId: caller.tenantId, by: caller.principalId });
    });
  }

  @Get()
  @Endpoint({ role: 'admin', summary: 'List API keys, newest first', answers: { 200: { schema: keyPageSchema, description: 'A page, with those that have expired or were revoked; never the keys themselves.' } } })
  async listKeys(@FromCaller() caller: Caller, @Query({ schema: listPageSchema }) query: z.infer<typeof listPageSchema>): Promise<Page<KeyView>> {
    return paged(await withTx(this.pool, caller.tenantId, (tx) => listKeys(tx, caller.tenantId, pageOf(query))), query.limit, ({ id }) => id);
  }

  @Post(':id/rotate')
  @HttpCode(201)
  @Endpoint({
    role: 'viewer',
    summary: 'Put a new key in the place of one',
    description: 'Of the same principal, with the same roles. Every key may rotate itself; others need the role admin. The old one ends after `graceSeconds`.',
    answers: { 201: { schema: createdKeySchema, description: 'The new key, shown here and never again.' } },
    errors: ['not_found'],
  })
  async rotateKey(@FromCaller() caller: Identity, @Param('id', { schema: idSchema }) id: string, @Body({ schema: rotateKeySchema }) body: RotateKey): Promise<CreatedKey> {
    if (caller.keyId !== id) requireRole(caller, 'admin');
    const ref = { tenantId: caller.tenantId, keyId: id };
    const made = await withTx(this.pool, ref.tenantId, async (tx) => {
      const old = (await readKey(tx, ref))?.view;
      if (!old) throw noKey();
      if (old.state !== 'active') throw new InvalidRequest([{ path: 'id', message: `the key is ${old.state}: make a new one` }]);
      await endKey(tx, ref, body.graceSeconds);
      return makeKey(tx, { tenantId: ref.tenantId, name: old.name, roles: old.roles, requestsPerSecond: old.requestsPerSecond ?? undefined, principalId: old.principalId, expiresInDays: body.expiresInDays, by: caller.principalId, replaces: id });
    });
    this.authenticator.forgetKeys();
    return made;
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ role: 'admin', summary: 'Revoke an API key', description: 'Here at once, in other processes of the API within five seconds. It stays in the list.', answers: { 204: { schema: null, description: 'It is refused from now on.' } }, errors: ['not_found'] })
  async revokeKey(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    const ref = { tenantId: caller.tenantId, keyId: id };
    await withTx(this.pool, ref.tenantId, async (tx) => {
      if (!(await revokeKey(tx, ref))) throw noKey();
      await appendAudit(tx, { tenantId: ref.tenantId, principalId: caller.principalId, action: 'api_key.revoked', runId: null, subject: id });
    });
    this.authenticator.forgetKeys();
  }
}

const noKey = (): HoldfastError => new HoldfastError('not_found', 'There is no key with this id.');
