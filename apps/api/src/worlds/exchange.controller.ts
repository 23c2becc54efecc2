import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { campaignFileSchema, exportQuerySchema, HoldfastError, idSchema, type ImportedWorld, importedWorldSchema, type ImportError, importWorldSchema, type WorldRef } from '#contracts';
import { changeWorldIn, exportCampaign, importCampaign, insertWorld, loadWorld, type Pool, readWorld, type Tx, withTx } from '#store';
import { FOREIGN } from '#world';
import { type Caller, FromCaller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { POOL } from '../core/tokens.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';

type ImportRequest = z.infer<typeof importWorldSchema>;
/** Entries that an import's answer names at most. */
const MOST_ERRORS = 500;

@ApiTags('worlds')
@Controller('v1/worlds')
export class ExchangeController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
  ) {}

  @Post('import')
  @HttpCode(201)
  @Endpoint({ role: 'operator', summary: 'Make a world of a file', description: '`light`: a world graph of LIGHT; `textworld`: a game of TextWorld; `lorebook`: of SillyTavern; `campaign`: what this API exported. Entries that cannot be taken are named in `errors`, and the rest is taken.', answers: { 201: { schema: importedWorldSchema, description: 'Made; `Location` names it.' } }, errors: ['import_unreadable', 'world_rule_broken', 'body_too_large', 'unsupported_media_type'], idempotent: true })
  async importWorld(@FromCaller() caller: Caller, @Body({ schema: importWorldSchema }) body: ImportRequest, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<ImportedWorld> {
    const ref = { tenantId: caller.tenantId, worldId: uuidv7() };
    let errors: ImportError[] = [];
    const answer = await this.writes.once({ caller, route: 'POST /v1/worlds/import', key, body }, async (tx) => {
      errors = await take(tx, ref, body);
      return { status: 201, headers: {}, body: { id: ref.worldId } };
    });
    if (answer.replayed && body.format !== 'campaign') errors = FOREIGN[body.format].read(body.data).errors;
    const { id } = answer.body as { id: string };
    written(res, { at: `/v1/worlds/${id}`, replayed: answer.replayed });
    const made = { tenantId: caller.tenantId, worldId: id };
    const [world, state] = [await withTx(this.pool, caller.tenantId, (tx) => readWorld(tx, made)), await loadWorld(this.pool, made)];
    const entities: Record<string, number> = {};
    for (const e of state) entities[e.type] = (entities[e.type] ?? 0) + 1;
    return { world: world!, entities, errors: errors.slice(0, MOST_ERRORS) };
  }

  @Get(':id/export')
  @Endpoint({ role: 'viewer', summary: 'A world as one file', description: 'A campaign is the rules, the whole log and all that was told; the other formats are the state as it is now.', answers: { 200: { schema: z.record(z.string(), z.unknown()), description: 'The file.' } }, errors: ['not_found'] })
  async exportWorld(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: exportQuerySchema }) query: z.infer<typeof exportQuerySchema>): Promise<Record<string, unknown>> {
    const ref = { tenantId: caller.tenantId, worldId: id };
    if (query.format === 'campaign') return withTx(this.pool, caller.tenantId, (tx) => exportCampaign(tx, ref));
    return FOREIGN[query.format].write(await loadWorld(this.pool, ref));
  }
}

async function take(tx: Tx, ref: WorldRef, body: ImportRequest): Promise<ImportError[]> {
  if (body.format === 'campaign') {
    const file = campaignFileSchema.safeParse(body.data);
    if (!file.success) throw new HoldfastError('import_unreadable', `The campaign cannot be read at ${file.error.issues[0]?.path.join('.') || 'its top'}.`);
    await importCampaign(tx, ref, file.data, body.name);
    return [];
  }
  const { rules, changes, errors } = FOREIGN[body.format].read(body.data);
  if (changes.length <= 1) throw new HoldfastError('import_unreadable', `The file has nothing that a ${body.format} import could take.`);
  await insertWorld(tx, { ...ref, name: body.name ?? body.format, rules });
  await changeWorldIn(tx, ref, { changes }, { expectedVersion: 0 });
  return errors;
}
