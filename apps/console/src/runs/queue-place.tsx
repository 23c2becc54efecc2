import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api.js';
import { span } from '../shown/words.js';

const POLL_MS = 3_000;

/** Where a run waits for its model: `3rd of the queue`. Nothing where it does not. */
export function QueuePlace({ runId, status }: { runId: string; status: string }): ReactNode {
  const { data } = useQuery({ queryKey: ['place', runId], enabled: status === 'running' || status === 'waiting_runtime', queryFn: ({ signal }) => api.place({ path: { id: runId }, signal }), refetchInterval: POLL_MS });
  if (!data?.waiting) return null;
  const wait = data.estimatedWaitSeconds === null ? '' : `, about ${span(data.estimatedWaitSeconds * 1_000)}`;
  return <span>{data.place === null ? 'in the queue' : `place ${data.place}`}{wait}</span>;
}
