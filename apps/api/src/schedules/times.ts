import type { Client } from '@temporalio/client';
import { scheduleIdOf } from '#contracts';

/** The next times at which a schedule fires, as Temporal tells: some ten of them. */
export async function nextTimes(client: Client, scheduleId: string): Promise<string[]> {
  const { info } = await client.schedule.getHandle(scheduleIdOf(scheduleId)).describe();
  return info.nextActionTimes.map((t) => t.toISOString());
}

type Timestamp = { seconds?: unknown; nanos?: number | null };

/** Every time between two at which a schedule fires, by Temporal's own reading of its crons, calendars and time zone. */
export async function matchingTimes(client: Client, namespace: string, scheduleId: string, from: Date, to: Date): Promise<string[]> {
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({ namespace, scheduleId: scheduleIdOf(scheduleId), startTime: timestamp(from), endTime: timestamp(to) });
  return ((startTime ?? []) as Timestamp[]).map((t) => new Date(Number(String(t.seconds ?? 0)) * 1_000 + Math.floor((t.nanos ?? 0) / 1e6)).toISOString());
}

function timestamp(at: Date): { seconds: never; nanos: number } {
  const ms = at.getTime();
  // The generated types want a Long, and the encoder takes a number.
  return { seconds: Math.floor(ms / 1_000) as never, nanos: (ms % 1_000) * 1e6 };
}
