import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import { idSchema, type WorldBatch, worldBatchSchema, type WorldChangedView, worldChangedSchema, type WorldDiff, worldDiffQuerySchema, worldDiffSchema, worldEventPageSchema, worldEventsQuerySchema, type WorldRef, worldStateQuerySchema, worldStateViewSchema } from '#contracts';
import { changeWorld, loadWorld, type Pool, readWorldEvents, redoTurn, undoTurn, withTx, worldHead } from '#store';
import { diffStates } from '#world';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';
import { setVersion, versionOf } from './if-match.js';

const IF_MATCH = [{ name: 'If-Match', description: 'The version that the change was made against, as "7"; * for any.' }];
const CHANGED = { 200: { schema: worldChangedSchema, description: 'Changed; `ETag` is the new version.' } };
const noBodySchema = z.strictObject({});
const versionSchema = z.coerce.number().int().min(0).max(2_000_000_000);

@ApiTags('worlds')
@Controller('v1/worlds/:id')
export class WorldLogController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Get('versions/:version')
  @Endpoint({ role: 'viewer', summary: 'Read the state of a world at a version', description: '`hash` is over all entities: two versions with one hash are equal.', answers: { 200: { schema: worldStateViewSchema, description: 'Entities in the order of their ids, of one type where `type` names it.' } }, errors: ['not_found'] })
  async getState(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('version', { schema: versionSchema }) version: number, @Query({ schema: worldStateQuerySchema }) query: z.infer<typeof worldStateQuerySchema>): Promise<z.infer<typeof worldStateViewSchema>> {
    const state = await loadWorld(this.pool, ref(caller, id), version);
    const entities = state.sorted();
    return { version, hash: createHash('sha256').update(state.bytes()).digest('hex'), entities: query.type === undefined ? entities : entities.filter((e) => e.type === query.type) };
  }

  @Get('events')
  @Endpoint({ role: 'viewer', summary: 'Read the log of a world', description: '`about` keeps the events about one entity.', answers: { 200: { schema: worldEventPageSchema, description: 'Events after `after`, in order.' } }, errors: ['not_found'] })
  async listEvents(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: worldEventsQuerySchema }) query: z.infer<typeof worldEventsQuerySchema>): Promise<z.infer<typeof worldEventPageSchema>> {
    return withTx(this.pool, caller.tenantId, async (tx) => {
      const { version } = await worldHead(tx, ref(caller, id));
      return { data: await readWorldEvents(tx, ref(caller, id), { ...query, upTo: version }), version };
    });
  }

  @Post('events')
  @HttpCode(200)
  @Endpoint({ role: 'operator', summary: 'Change a world', description: 'All changes or none, one version each. With a `turnId` they are applied once, however often they are sent.', answers: CHANGED, errors: ['not_found', 'world_changed', 'world_rule_broken', 'body_too_large', 'unsupported_media_type'], headers: IF_MATCH })
  async changeWorld(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Headers('if-match') ifMatch: string | undefined, @Body({ schema: worldBatchSchema }) batch: WorldBatch, @Res({ passthrough: true }) res: Response): Promise<WorldChangedView> {
    const expectedVersion = versionOf(ifMatch);
    const { firstVersion, version, replayed } = await changeWorld(this.pool, ref(caller, id), batch, { ...(expectedVersion === undefined ? {} : { expectedVersion }) });
    setVersion(res, version);
    return { firstVersion, version, replayed };
  }

  @Get('diff')
  @Endpoint({ role: 'viewer', summary: 'What differs between two versions', answers: { 200: { schema: worldDiffSchema, description: 'Entities that differ, before and after.' } }, errors: ['not_found'] })
  async diffWorld(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: worldDiffQuerySchema }) query: z.infer<typeof worldDiffQuerySchema>): Promise<WorldDiff> {
    return diffStates(await loadWorld(this.pool, ref(caller, id), query.from), await loadWorld(this.pool, ref(caller, id), query.to));
  }

  @Post('undo')
  @HttpCode(200)
  @Endpoint({ role: 'operator', summary: 'Take back the last turn', description: 'A further version, in which all is as it was before that turn.', answers: CHANGED, errors: ['not_found', 'world_changed', 'nothing_to_undo'], headers: IF_MATCH })
  async undo(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: noBodySchema }) _body: z.infer<typeof noBodySchema>, @Headers('if-match') ifMatch: string | undefined, @Res({ passthrough: true }) res: Response): Promise<WorldChangedView> {
    return moved(res, await undoTurn(this.pool, ref(caller, id), versionOf(ifMatch)));
  }

  @Post('redo')
  @HttpCode(200)
  @Endpoint({ role: 'operator', summary: 'Bring back the turn that was undone last', answers: CHANGED, errors: ['not_found', 'world_changed', 'nothing_to_undo'], headers: IF_MATCH })
  async redo(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: noBodySchema }) _body: z.infer<typeof noBodySchema>, @Headers('if-match') ifMatch: string | undefined, @Res({ passthrough: true }) res: Response): Promise<WorldChangedView> {
    return moved(res, await redoTurn(this.pool, ref(caller, id), versionOf(ifMatch)));
  }
}

function moved(res: Response, version: number): WorldChangedView {
  setVersion(res, version);
  return { firstVersion: version, version, replayed: false };
}

const ref = (caller: Caller, worldId: string): WorldRef => ({ tenantId: caller.tenantId, worldId });
