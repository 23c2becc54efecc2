import { type CalendarSpec, type Client, isGrpcServiceError, ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleOptions, ScheduleOverlapPolicy, type ScheduleSpec as TemporalSpec } from '@temporalio/client';
import { type Overlap, scheduleIdOf, type ScheduleRef, type ScheduleSpec, TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts';

export type ScheduleState = ScheduleRef & { name: string; spec: ScheduleSpec; overlap: Overlap; catchupSeconds: number; paused: boolean; deleted: boolean };

const OVERLAPS: Record<Overlap, ScheduleOverlapPolicy> = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer_one: ScheduleOverlapPolicy.BUFFER_ONE,
  buffer_all: ScheduleOverlapPolicy.BUFFER_ALL,
  cancel_other: ScheduleOverlapPolicy.CANCEL_OTHER,
  terminate_other: ScheduleOverlapPolicy.TERMINATE_OTHER,
  allow_all: ScheduleOverlapPolicy.ALLOW_ALL,
};
export const overlapPolicy = (overlap: Overlap): ScheduleOverlapPolicy => OVERLAPS[overlap];

/**
 * Brings Temporal's Schedule to what the row says: made, changed or deleted. Safe to do again. What people wrote, the
 * note of a pause and the comments of calendars, stays in the row: no codec covers these fields.
 * @returns why Temporal refuses its times, such as a cron that it cannot read; null where it took them.
 */
export async function syncSchedule(client: Client, s: ScheduleState): Promise<string | null> {
  try {
    await bring(client, s);
    return null;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return refusal;
  }
}

async function bring(client: Client, s: ScheduleState): Promise<void> {
  const handle = client.schedule.getHandle(scheduleIdOf(s.scheduleId));
  if (s.deleted) return handle.delete().catch(ignoreMissing);
  const { scheduleId, ...options } = optionsOf(s);
  try {
    await client.schedule.create({ scheduleId, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update(() => options);
  }
}

/** gRPC's INVALID_ARGUMENT. */
const INVALID = 3;

/** Why Temporal, or its client before it asks, cannot take a spec; null where the failure is another. */
function refusalOf(error: unknown): string | null {
  if (error instanceof TypeError || error instanceof RangeError) return error.message;
  for (let e: unknown = error; e instanceof Error; e = e.cause) if (isGrpcServiceError(e) && (e.code as number) === INVALID) return e.details;
  return null;
}

function optionsOf(s: ScheduleState) {
  return {
    scheduleId: scheduleIdOf(s.scheduleId),
    spec: specOf(s.spec),
    action: { type: 'startWorkflow' as const, workflowType: WORKFLOWS.scheduledFire, workflowId: workflowIds.fire(s.scheduleId), taskQueue: TASK_QUEUES.main, args: [{ tenantId: s.tenantId, scheduleId: s.scheduleId }] },
    policies: { overlap: overlapPolicy(s.overlap), catchupWindow: s.catchupSeconds * 1_000, pauseOnFailure: false },
    state: { paused: s.paused },
  } satisfies ScheduleOptions;
}

function specOf(spec: ScheduleSpec): TemporalSpec {
  return {
    cronExpressions: spec.cron,
    intervals: spec.intervals.map((i) => ({ every: i.everySeconds * 1_000, offset: i.offsetSeconds * 1_000 })),
    calendars: spec.calendars.map(calendarOf),
    skip: spec.skip.map(calendarOf),
    timezone: spec.timezone,
    jitter: spec.jitterSeconds * 1_000,
    ...(spec.startAt ? { startAt: new Date(spec.startAt) } : {}),
    ...(spec.endAt ? { endAt: new Date(spec.endAt) } : {}),
  };
}

const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;
const MONTHS = ['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const;

type Ranges = NonNullable<ScheduleSpec['calendars'][number]['hour']>;

/** Every range says its end: the SDK fills in an end of its own where none is given, which is not the start. */
function calendarOf({ comment: _words, dayOfWeek, month, ...numbers }: ScheduleSpec['calendars'][number]): CalendarSpec {
  const whole = <V>(ranges: Ranges, name: (n: number) => V) => ranges.map((r) => ({ start: name(r.start), end: name(r.end ?? r.start), step: r.step ?? 1 }));
  const parts = Object.entries(numbers).flatMap(([part, ranges]) => (ranges ? [[part, whole(ranges, (n) => n)]] : []));
  return {
    ...Object.fromEntries(parts),
    ...(dayOfWeek ? { dayOfWeek: whole(dayOfWeek, (n) => DAYS[n]!) } : {}),
    ...(month ? { month: whole(month, (n) => MONTHS[n - 1]!) } : {}),
  } as CalendarSpec;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}
