import { Anchor, Stack } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { api } from '../api.js';
import { PageHead } from '../shown/page-head.js';
import { Answered, Nothing } from '../shown/states.js';
import { ApprovalCard } from './approvals.js';
import { useWaitingRuns } from './pending.js';

/** All that waits for a person's decision, oldest first. */
export function ApprovalsPage(): ReactNode {
  const waiting = useWaitingRuns();
  const lists = useQueries({ queries: (waiting.data ?? []).map(({ id, agent }) => ({ queryKey: ['approvals', id], queryFn: async ({ signal }: { signal: AbortSignal }) => api.listApprovals({ path: { id }, signal }), select: (list: { data: Awaited<ReturnType<typeof api.listApprovals>>['data'] }) => list.data.filter(({ status }) => status === 'pending').map((one) => ({ ...one, agent })) })) });
  const pending = lists.flatMap(({ data }) => data ?? []).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  return (
    <>
      <PageHead title="Approvals" about="What agents may not do without a person. Nothing happens until you decide, or it expires." />
      <Answered query={waiting} what="what waits">
        {() =>
          pending.length === 0 ? (
            <Nothing title="Nothing waits for you" />
          ) : (
            <Stack gap="lg">
              {pending.map((one) => (
                <div key={one.id}>
                  <Anchor component={Link} to={`/runs/${one.runId}?step=${one.step}`} size="sm">
                    {one.agent} run {one.runId.slice(-6)}
                  </Anchor>
                  <ApprovalCard approval={one} />
                </div>
              ))}
            </Stack>
          )
        }
      </Answered>
    </>
  );
}
