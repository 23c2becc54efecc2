import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { eventPageSchema, eventQuerySchema, HoldfastError, idSchema, type RunEvent, type RunRef } from '#contracts';
import { type FeedState, type Pool, readEvents, readFeedState, readRun, withTx } from '#store';
import type { Timing } from '../core/api-options.js';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL, TIMINGS } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';
import { AgUiView } from './ag-ui-view.js';
import { EventHub } from './event-hub.js';
import { SseWriter } from './sse-writer.js';
import { streamRun } from './stream-run.js';
import { OWN_VIEW, type StreamView } from './stream-view.js';

type EventQuery = z.infer<typeof eventQuerySchema>;
type EventPage = { data: RunEvent[]; nextCursor: string | null };

@ApiTags('events')
@Controller('v1/runs/:id/events')
export class EventsController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(EventHub) private readonly hub: EventHub,
    @Inject(TIMINGS) private readonly timing: Timing,
  ) {}

  @Get()
  @Endpoint({
    role: 'viewer',
    summary: "Read a run's events, as a page or as a stream",
    description:
      'With `Accept: text/event-stream` events come as they happen; `id` is the event number and a reader goes on with `Last-Event-ID` or `after`. ' +
      'Parts `text.delta` and `thinking.delta` carry no id; after `step.attempt_reset` drop what you had of that step. The stream ends after `run.finished`. ' +
      'As JSON, `nextCursor` is the `after` of the next page. With `format=ag-ui` it is always a stream, in the events of AG-UI 1.0; `id` and going on are the same.',
    answers: {
      200: { schema: eventPageSchema, description: 'A page of events, or the stream.', alsoAs: ['text/event-stream'] },
      204: { schema: null, description: 'As a stream: the run is finished and you have all of it.' },
    },
    errors: ['not_found', 'events_pruned'],
    headers: [
      { name: 'Accept', description: '`application/json` or `text/event-stream`.' },
      { name: 'Last-Event-ID', description: 'Number of the last event that you have; goes before `after`.' },
    ],
  })
  async readEvents(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: eventQuerySchema }) query: EventQuery, @Headers('accept') accept: string | undefined, @Headers('last-event-id') lastEventId: string | undefined, @Res() res: Response): Promise<void> {
    const ref = { tenantId: caller.tenantId, runId: id };
    const after = Math.max(0, /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : (query.after ?? 0));
    const state = await withTx(this.pool, ref.tenantId, (tx) => readFeedState(tx, ref), { oneFlight: true });
    requireUnpruned(state, after);
    res.vary('Accept');
    if (query.format === undefined && !/text\/event-stream/i.test(accept ?? '')) return void res.json(await this.page(ref, after, query));
    if (!state!.live && after >= state!.lastEvent) return void res.status(204).end();
    await this.stream(ref, res, { after: Math.min(after, state!.lastEvent), resumed: lastEventId !== undefined || query.after !== undefined, types: query.types ? new Set<string>(query.types) : null, view: await this.viewOf(ref, query) });
  }

  private async page(ref: RunRef, after: number, query: EventQuery): Promise<EventPage> {
    const data = await withTx(this.pool, ref.tenantId, (tx) => readEvents(tx, ref, after, query.limit + 1, query.types), { oneFlight: true });
    const more = data.length > query.limit;
    const events = data.slice(0, query.limit);
    return { data: events, nextCursor: more ? String(events.at(-1)!.seq) : null };
  }

  private async viewOf(ref: RunRef, { format }: EventQuery): Promise<StreamView> {
    if (format === undefined) return OWN_VIEW;
    const run = await withTx(this.pool, ref.tenantId, (tx) => readRun(tx, ref));
    return new AgUiView({ runId: ref.runId, threadId: run?.thread_id ?? ref.runId });
  }

  private async stream(ref: RunRef, res: Response, start: Parameters<typeof streamRun>[2]): Promise<void> {
    const out = new SseWriter(res, this.timing, this.hub.stopping);
    try {
      await this.hub.watch(ref, (feed) => streamRun(feed, out, start));
    } finally {
      out.end();
    }
  }
}

function requireUnpruned(state: FeedState | null, after: number): void {
  if (!state) throw new HoldfastError('not_found', 'There is no run with this id.');
  const oldest = state.oldestEvent ?? state.lastEvent + 1;
  if (after + 1 < oldest) throw new HoldfastError('events_pruned', `Events before ${oldest} have been pruned. Read on with after=${oldest - 1}.`);
}
