import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { idSchema, mapQuerySchema, type MetaAnswer, metaAnswerSchema, type MetaCommand, metaCommandSchema, metaQuerySchema } from '#contracts';
import { loadWorld, type Pool, readWorldEvents, recentTurns, withTx } from '#store';
import { answerMeta, mapOf, type WorldState } from '#world';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

const RECAP_TURNS = 10;

/** What players ask about their world, answered from its state: no model is called. */
@ApiTags('worlds')
@Controller('v1/worlds/:id')
export class WorldViewsController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Get('commands/:command')
  @Endpoint({ summary: 'Answer a command of a player from the state', description: 'For `actor`, the first player character where left out. `why` says which events made `about` feel as they do towards the actor.', answers: { 200: { schema: metaAnswerSchema, description: 'Lines to show.' } }, errors: ['not_found'] })
  async getCommand(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('command', { schema: metaCommandSchema }) command: MetaCommand, @Query({ schema: metaQuerySchema }) query: z.infer<typeof metaQuerySchema>): Promise<MetaAnswer> {
    const ref = { tenantId: caller.tenantId, worldId: id };
    const state = await loadWorld(this.pool, ref);
    const { turns, events } = await withTx(this.pool, caller.tenantId, async (tx) => ({
      turns: command === 'recap' ? await recentTurns(tx, ref, state.version, RECAP_TURNS) : [],
      events: command === 'why' && query.about ? await readWorldEvents(tx, ref, { after: 0, upTo: state.version, about: query.about }) : [],
    }));
    return { command, version: state.version, lines: answerMeta(command, { state, actorId: query.actor ?? playerOf(state), about: query.about ?? null, turns, events }) };
  }

  @Get('map')
  @Endpoint({ summary: 'The map of a world as SVG', answers: { 200: { schema: null, description: 'A picture, `image/svg+xml`.' } }, errors: ['not_found'] })
  async getMap(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: mapQuerySchema }) query: z.infer<typeof mapQuerySchema>, @Res() res: Response): Promise<void> {
    const state = await loadWorld(this.pool, { tenantId: caller.tenantId, worldId: id });
    res.type('image/svg+xml').send(mapOf(state, query.actor ?? playerOf(state)));
  }
}

/** The first player's character; any where no one plays. */
function playerOf(state: WorldState): string {
  const people = state.sorted().filter((e) => e.type === 'character');
  return (people.find((e) => e.attrs['player'] === true) ?? people[0])?.id ?? '';
}
