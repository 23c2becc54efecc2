import type { RunView } from './api-types.js';
import type { Client } from './client.js';

/** Whether nothing happens in a run unless somebody does something: it has ended, or asks. */
const rests = ({ endedAt, status }: RunView): boolean => endedAt !== null || status === 'waiting_approval' || status === 'waiting_input';

/**
 * The run once it has ended or asks a person, or after `seconds` as it is then. Listens and does not poll.
 * @throws ApiError `not_found`; what `signal` was aborted with
 */
export async function waitForRun(client: Client, runId: string, { seconds, signal }: { seconds: number; signal?: AbortSignal }): Promise<RunView> {
  const read = (): Promise<RunView> => client.getRun({ path: { id: runId }, ...(signal ? { signal } : {}) });
  const now = await read();
  if (seconds <= 0 || rests(now)) return now;
  const over = AbortSignal.timeout(seconds * 1_000);
  try {
    const events = client.events(runId, { after: now.lastEvent, types: ['run.finished', 'status.changed'], signal: signal ? AbortSignal.any([signal, over]) : over });
    for await (const item of events) {
      if (item.kind !== 'event') continue;
      const run = await read();
      if (rests(run)) return run;
    }
  } catch (error) {
    if (signal?.aborted || !over.aborted) throw error;
  }
  return read();
}
