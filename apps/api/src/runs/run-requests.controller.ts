import { Body, Controller, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { type Accepted, acceptedSchema, cancelRunSchema, HoldfastError, idSchema, pauseRunSchema, resumeRunSchema, rewindRunSchema, sendMessageSchema } from '#contracts';
import { insertInbox, type Notifier } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { NOTIFIER } from '../core/tokens.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { lockedRun, requireLive, RunRequests } from './run-requests.js';

const ACCEPTED = { 202: { schema: acceptedSchema, description: 'Committed; the run takes it up between two steps. `number` is null where nothing had to be asked.' } };

@ApiTags('runs')
@Controller('v1/runs/:id')
export class RunRequestsController {
  constructor(
    @Inject(RunRequests) private readonly requests: RunRequests,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
    @Inject(NOTIFIER) private readonly notifier: Notifier,
  ) {}

  @Post('cancel')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Cancel a run', description: '`graceful` lets the run clean up; `terminate` ends it at once. Asking again changes nothing.', answers: ACCEPTED, errors: ['not_found', 'run_ended'] })
  cancelRun(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: cancelRunSchema }) body: z.infer<typeof cancelRunSchema>): Promise<Accepted> {
    return this.requests.cancel(caller, id, body.mode, body.reason);
  }

  @Post('pause')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Pause a run after its current step', answers: ACCEPTED, errors: ['not_found', 'run_ended'] })
  pauseRun(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: pauseRunSchema }) body: z.infer<typeof pauseRunSchema>): Promise<Accepted> {
    return this.requests.pause(caller, id, body.reason);
  }

  @Post('resume')
  @HttpCode(202)
  @Endpoint({
    role: 'operator',
    summary: 'Go on with a paused run, or with one that reached a limit or was stopped for drift',
    description: 'A run that ended as `limit_reached` or `drift_stopped` goes on from its head in a new execution under the same workflow id, with `limits` laid over its own.',
    answers: ACCEPTED,
    errors: ['not_found', 'not_resumable', 'thread_busy'],
  })
  resumeRun(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: resumeRunSchema }) body: z.infer<typeof resumeRunSchema>): Promise<Accepted> {
    return this.requests.resume(caller, id, body.limits);
  }

  @Post('rewind')
  @HttpCode(202)
  @Endpoint({
    role: 'operator',
    summary: 'Take a run back to a checkpoint',
    description: 'Messages, state, world and workspace are again what they were after `toStep`; step numbers go on. `lesson` stays in the run’s context from there on. A run that was stopped for drift goes on from there.',
    answers: ACCEPTED,
    errors: ['not_found', 'run_ended', 'thread_busy'],
    idempotent: true,
  })
  async rewindRun(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: rewindRunSchema }) body: z.infer<typeof rewindRunSchema>, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<Accepted> {
    const { accepted, replayed } = await this.requests.rewind(caller, id, body, key);
    written(res, { replayed });
    return accepted;
  }

  @Post('messages')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Steer a run, or follow up', answers: ACCEPTED, errors: ['not_found', 'run_ended', 'body_too_large', 'unsupported_media_type'], idempotent: true })
  async sendMessage(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: sendMessageSchema }) body: z.infer<typeof sendMessageSchema>, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<Accepted> {
    const ref = { tenantId: caller.tenantId, runId: id };
    const answer = await this.writes.once({ caller, route: `POST /v1/runs/${id}/messages`, key, body }, async (tx) => {
      const run = await lockedRun(tx, ref);
      requireLive(run);
      if (run.status === 'cancelling') throw new HoldfastError('run_ended', 'The run is being cancelled and reads no more messages.');
      const number = await insertInbox(tx, ref, { kind: 'message', body: body.text, principalId: caller.principalId });
      return { status: 202, headers: {}, body: { runId: id, status: run.status, number } };
    });
    written(res, { replayed: answer.replayed });
    const accepted = answer.body as Accepted;
    this.notifier.announce(id, 0);
    await this.requests.messageSent(ref, accepted.status);
    return accepted;
  }
}
