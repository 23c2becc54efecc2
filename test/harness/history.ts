import type { Client } from '@temporalio/client';
// A CommonJS package: Node gives its names only on the default import.
import protocol from '@temporalio/proto';
import { type RunRef, workflowIds } from '#contracts';
import { PROJECT_ROOT } from '#platform';

type Payloads = { payloads?: { data?: string }[] };
export type HistoryEvent = { eventType: string; [attributes: string]: unknown };
export type Execution = { runId: string; events: HistoryEvent[] };

const { History } = protocol.temporal.api.history.v1;

/** The histories of a run's executions, oldest first, in a form that JSON holds and `History.fromObject` reads. */
export async function readExecutions(client: Client, ref: RunRef): Promise<Execution[]> {
  const executions: Execution[] = [];
  const workflowId = workflowIds.run(ref.runId);
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  for (let next: string | undefined = runId; next; ) {
    const history = await client.workflow.getHandle(workflowId, next).fetchHistory();
    const { events } = History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String }) as { events: HistoryEvent[] };
    executions.unshift({ runId: next, events });
    const started = events[0]!['workflowExecutionStartedEventAttributes'] as { continuedExecutionRunId?: string };
    next = started.continuedExecutionRunId || undefined;
  }
  return executions;
}

/** Every payload of a history in clear, as text. */
export function payloadTexts(events: HistoryEvent[]): string[] {
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('data' in value && typeof value.data === 'string') texts.push(Buffer.from(value.data, 'base64').toString('utf8'));
    Object.values(value).forEach(visit);
  };
  events.forEach(visit);
  return texts;
}

/** Bytes of JSON that the activities of a history gave and were given, by type. */
export function activityPayloads(events: HistoryEvent[]): { type: string; input: number; result: number }[] {
  const size = (p: Payloads | undefined): number => (p?.payloads ?? []).reduce((n, x) => n + Buffer.from(x.data ?? '', 'base64').length, 0);
  const byId = new Map<string, { type: string; input: number; result: number }>();
  for (const e of events) {
    const scheduled = e['activityTaskScheduledEventAttributes'] as { activityType: { name: string }; input?: Payloads } | undefined;
    if (scheduled) byId.set(String(e['eventId']), { type: scheduled.activityType.name, input: size(scheduled.input), result: 0 });
    const completed = e['activityTaskCompletedEventAttributes'] as { scheduledEventId: string; result?: Payloads } | undefined;
    if (completed) byId.get(String(completed.scheduledEventId))!.result = size(completed.result);
  }
  return [...byId.values()];
}

/** Without what names the machine that recorded it: workers' identities, and folders in stack traces. */
export function withoutAddresses(events: HistoryEvent[]): HistoryEvent[] {
  const text = JSON.stringify(events, (key, value: unknown) => (key === 'data' && typeof value === 'string' ? withoutFolder(value) : value));
  return JSON.parse(text.replace(/\b\d+@[\w.]+/g, 'worker')) as HistoryEvent[];
}

function withoutFolder(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return text.includes(PROJECT_ROOT) ? Buffer.from(text.replaceAll(PROJECT_ROOT, '')).toString('base64') : base64;
}
