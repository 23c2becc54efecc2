import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { backfillScheduleSchema, type CreateSchedule, createScheduleSchema, idSchema, listPageSchema, scheduleNoteSchema, schedulePageSchema, scheduleTimesQuerySchema, scheduleTimesSchema, type ScheduleView, scheduleViewSchema, triggerScheduleSchema } from '#contracts';
import { listSchedules, type Pool, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { paged, pageOf } from '../runs/cursor.js';
import { Schedules } from './schedules.js';

@ApiTags('schedules')
@Controller('v1/schedules')
export class SchedulesController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(Schedules) private readonly schedules: Schedules,
  ) {}

  @Post()
  @HttpCode(201)
  @Endpoint({
    role: 'operator',
    summary: 'Start runs on a schedule',
    description: 'A run, a batch over what is new in a corpus, or what the factions and clocks of a world do meanwhile, by cron with a time zone, intervals or calendars. `overlap` says what happens while an earlier one is under way.',
    answers: { 201: { schema: scheduleViewSchema, description: 'Made; `Location` names it. Where Temporal is down it fires once that is back.' } },
    errors: ['unknown_agent', 'body_too_large', 'unsupported_media_type'],
    idempotent: true,
  })
  async createSchedule(@FromCaller() caller: Caller, @Body({ schema: createScheduleSchema }) body: CreateSchedule, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<ScheduleView> {
    const { schedule, replayed } = await this.schedules.create(caller, body, key);
    written(res, { at: `/v1/schedules/${schedule.id}`, replayed });
    return schedule;
  }

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List schedules, newest first', answers: { 200: { schema: schedulePageSchema, description: 'A page; `nextCursor` is null on the last.' } } })
  async listSchedules(@FromCaller() caller: Caller, @Query({ schema: listPageSchema }) query: z.infer<typeof listPageSchema>): Promise<{ data: ScheduleView[]; nextCursor: string | null }> {
    const rows = await withTx(this.pool, caller.tenantId, (tx) => listSchedules(tx, caller.tenantId, pageOf(query)));
    const { data, nextCursor } = paged(rows, query.limit, ({ scheduleId }) => scheduleId);
    return { data: await Promise.all(data.map((s) => this.schedules.view(s))), nextCursor };
  }

  @Get(':id')
  @Endpoint({ role: 'viewer', summary: 'Read a schedule with its next times and latest fires', answers: { 200: { schema: scheduleViewSchema, description: 'The schedule.' } }, errors: ['not_found'] })
  getSchedule(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<ScheduleView> {
    return this.schedules.view({ tenantId: caller.tenantId, scheduleId: id });
  }

  @Get(':id/times')
  @Endpoint({ role: 'viewer', summary: 'List the times at which a schedule fires in a range', answers: { 200: { schema: scheduleTimesSchema, description: 'The times, in order.' } }, errors: ['not_found', 'temporal_unavailable'] })
  async listTimes(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: scheduleTimesQuerySchema }) query: z.infer<typeof scheduleTimesQuerySchema>): Promise<{ data: string[] }> {
    return { data: await this.schedules.times(caller, id, new Date(query.from), new Date(query.to)) };
  }

  @Post(':id/trigger')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Fire now', description: 'Fires are told apart by the second in which they are due.', answers: { 202: { schema: scheduleViewSchema, description: 'Fired, under the overlap policy. The same Idempotency-Key fires once.' } }, errors: ['not_found', 'temporal_unavailable'], headers: [{ name: 'Idempotency-Key', description: 'The same key fires once.' }] })
  trigger(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: triggerScheduleSchema }) body: z.infer<typeof triggerScheduleSchema>, @Headers('idempotency-key') key: string | undefined): Promise<ScheduleView> {
    return this.schedules.trigger(caller, id, body.overlap, key);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Endpoint({ role: 'operator', summary: 'Pause a schedule', answers: { 200: { schema: scheduleViewSchema, description: 'Paused: nothing fires until it is resumed.' } }, errors: ['not_found'] })
  pause(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: scheduleNoteSchema }) body: z.infer<typeof scheduleNoteSchema>): Promise<ScheduleView> {
    return this.schedules.pause(caller, id, true, body.note);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Endpoint({ role: 'operator', summary: 'Resume a schedule', answers: { 200: { schema: scheduleViewSchema, description: 'It fires again.' } }, errors: ['not_found'] })
  resume(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: scheduleNoteSchema }) body: z.infer<typeof scheduleNoteSchema>): Promise<ScheduleView> {
    return this.schedules.pause(caller, id, false, body.note);
  }

  @Post(':id/backfill')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Fire for the times of a range that has passed', answers: { 202: { schema: scheduleViewSchema, description: 'The fires are under way.' } }, errors: ['not_found', 'temporal_unavailable'] })
  backfill(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: backfillScheduleSchema }) body: z.infer<typeof backfillScheduleSchema>): Promise<ScheduleView> {
    return this.schedules.backfill(caller, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ role: 'operator', summary: 'Delete a schedule; its runs stay', answers: { 204: { schema: null, description: 'Gone.' } }, errors: ['not_found'] })
  deleteSchedule(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    return this.schedules.remove(caller, id);
  }
}
