import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { idSchema, mapQuerySchema, type MetaAnswer, metaAnswerSchema, type MetaCommand, metaCommandSchema, metaQuerySchema } from '#contracts';
import { answerCommand, loadWorld, playerOf, type Pool } from '#store';
import { mapOf } from '#world';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

/** What players ask about their world, answered from its state: no model is called. */
@ApiTags('worlds')
@Controller('v1/worlds/:id')
export class WorldViewsController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Get('commands/:command')
  @Endpoint({ role: 'viewer', summary: 'Answer a command of a player from the state', description: 'For `actor`, the first player character where left out. `why` says which events made `about` feel as they do towards the actor.', answers: { 200: { schema: metaAnswerSchema, description: 'Lines to show.' } }, errors: ['not_found'] })
  getCommand(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('command', { schema: metaCommandSchema }) command: MetaCommand, @Query({ schema: metaQuerySchema }) query: z.infer<typeof metaQuerySchema>): Promise<MetaAnswer> {
    return answerCommand(this.pool, { tenantId: caller.tenantId, worldId: id }, command, query);
  }

  @Get('map')
  @Endpoint({ role: 'viewer', summary: 'The map of a world as SVG', answers: { 200: { schema: null, description: 'A picture.', as: ['image/svg+xml'] } }, errors: ['not_found'] })
  async getMap(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: mapQuerySchema }) query: z.infer<typeof mapQuerySchema>, @Res() res: Response): Promise<void> {
    const state = await loadWorld(this.pool, { tenantId: caller.tenantId, worldId: id });
    res.type('image/svg+xml').send(mapOf(state, query.actor ?? playerOf(state)));
  }
}
