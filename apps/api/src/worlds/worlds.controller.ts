import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { createWorldSchema, forkWorldSchema, HoldfastError, idSchema, listPageSchema, worldPageSchema, type WorldRef, type WorldView, worldViewSchema } from '#contracts';
import { changeWorldIn, deleteWorld, forkWorld, insertWorld, listWorlds, type Pool, readWorld, type Tx, withTx, worldHead } from '#store';
import { CAMPAIGN_RULES, compileRules } from '#world';
import { type Caller, FromCaller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { POOL } from '../core/tokens.js';
import { InvalidRequest } from '../http/invalid-request.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { paged, pageOf } from '../runs/cursor.js';
import { setVersion } from './if-match.js';

@ApiTags('worlds')
@Controller('v1/worlds')
export class WorldsController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
  ) {}

  @Post()
  @HttpCode(201)
  @Endpoint({ role: 'operator', summary: 'Make a world', description: '`rules` are its types and relations, those of a campaign where left out; `changes` are applied at once.', answers: { 201: { schema: worldViewSchema, description: 'Made; `Location` names it.' } }, errors: ['world_rule_broken', 'body_too_large', 'unsupported_media_type'], idempotent: true })
  async createWorld(@FromCaller() caller: Caller, @Body({ schema: createWorldSchema }) body: z.output<typeof createWorldSchema>, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<WorldView> {
    const rules = body.rules ?? CAMPAIGN_RULES;
    try {
      compileRules(rules);
    } catch {
      throw new InvalidRequest([{ path: 'rules.types', message: 'an `attrs` is no JSON Schema that can be read' }]);
    }
    return this.make(caller, { route: 'POST /v1/worlds', key, body }, res, async (tx, ref) => {
      await insertWorld(tx, { ...ref, name: body.name, rules });
      if (body.changes.length) await changeWorldIn(tx, ref, { changes: body.changes }, { expectedVersion: 0 });
    });
  }

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List worlds, newest first', answers: { 200: { schema: worldPageSchema, description: 'A page.' } } })
  async listWorlds(@FromCaller() caller: Caller, @Query({ schema: listPageSchema }) query: z.infer<typeof listPageSchema>): Promise<z.infer<typeof worldPageSchema>> {
    const rows = await withTx(this.pool, caller.tenantId, (tx) => listWorlds(tx, caller.tenantId, pageOf(query)));
    return paged(rows, query.limit, ({ id }) => id);
  }

  @Get(':id')
  @Endpoint({ role: 'viewer', summary: 'Read a world', description: '`ETag` is its version, for `If-Match`.', answers: { 200: { schema: worldViewSchema, description: 'The world.' } }, errors: ['not_found'] })
  async getWorld(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Res({ passthrough: true }) res: Response): Promise<WorldView> {
    const world = await withTx(this.pool, caller.tenantId, (tx) => found(tx, { tenantId: caller.tenantId, worldId: id }));
    setVersion(res, world.version);
    return world;
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ role: 'operator', summary: 'Delete a world with its log', answers: { 204: { schema: null, description: 'Gone.' } }, errors: ['not_found', 'world_forked'] })
  async deleteWorld(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    if (!(await withTx(this.pool, caller.tenantId, (tx) => deleteWorld(tx, { tenantId: caller.tenantId, worldId: id })))) throw noWorld();
  }

  @Post(':id/forks')
  @HttpCode(201)
  @Endpoint({ role: 'operator', summary: 'Fork a world from a version of it', description: 'The newest version where none is named. Nothing is copied.', answers: { 201: { schema: worldViewSchema, description: 'The new world; `Location` names it.' } }, errors: ['not_found', 'unsupported_media_type'], idempotent: true })
  async forkWorld(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: forkWorldSchema }) body: z.infer<typeof forkWorldSchema>, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<WorldView> {
    const parent = { tenantId: caller.tenantId, worldId: id };
    return this.make(caller, { route: `POST /v1/worlds/${id}/forks`, key, body }, res, async (tx, ref) => {
      await forkWorld(tx, parent, body.version ?? (await worldHead(tx, parent)).version, ref.worldId, body.name);
    });
  }

  /** Once for each key; what is kept of the answer is the id. */
  private async make(caller: Caller, asked: { route: string; key: string | undefined; body: unknown }, res: Response, write: (tx: Tx, ref: WorldRef) => Promise<void>): Promise<WorldView> {
    const ref = { tenantId: caller.tenantId, worldId: uuidv7() };
    const answer = await this.writes.once({ caller, ...asked }, async (tx) => {
      await write(tx, ref);
      return { status: 201, headers: {}, body: { id: ref.worldId } };
    });
    const { id } = answer.body as { id: string };
    written(res, { at: `/v1/worlds/${id}`, replayed: answer.replayed });
    return this.getWorld(caller, id, res);
  }
}

/** @throws HoldfastError `not_found` */
async function found(tx: Tx, ref: WorldRef): Promise<WorldView> {
  const world = await readWorld(tx, ref);
  if (!world) throw noWorld();
  return world;
}

function noWorld(): HoldfastError {
  return new HoldfastError('not_found', 'There is no world with this id.');
}
