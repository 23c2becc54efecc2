import { Anchor, Button, Group, Select } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useState } from 'react';
import { Link, useParams } from 'react-router';
import type { BatchItemView } from '#client';
import { api, queryClient } from '../api.js';
import { PageHead } from '../shown/page-head.js';
import { Rows } from '../shown/rows.js';
import { Answered } from '../shown/states.js';
import { StatusTag } from '../shown/tags.js';
import { attempt } from '../shown/tell.js';
import { statusWords } from '../shown/words.js';
import { BatchProgress } from './batches-page.js';

const STATES = ['pending', 'queued', 'running', 'waiting_approval', 'waiting_input', 'completed', 'failed', 'cancelled', 'limit_reached', 'drift_stopped', 'timed_out'] as const;

export function BatchPage(): ReactNode {
  const id = useParams()['id']!;
  const path = { id };
  const [state, setState] = useState<BatchItemView['state'] | undefined>(undefined);
  const batch = useQuery({ queryKey: ['batch', id], queryFn: ({ signal }) => api.getBatch({ path, signal }), refetchInterval: 2_000 });
  const status = batch.data?.status;
  const under = status === 'running' || status === 'queued' || status === 'cancelling';
  const items = useInfiniteQuery({
    // Once more when it ends: the last states came since the list was asked for.
    queryKey: ['batch', id, 'items', state, under],
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => api.listItems({ path, query: { limit: 200, cursor: pageParam, state }, signal }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: (query) => (under && (query.state.data?.pages.length ?? 1) === 1 ? 3_000 : false),
  });
  const { fetchNextPage, hasNextPage, isFetching } = items;
  const more = useCallback(() => void (hasNextPage && !isFetching && fetchNextPage()), [hasNextPage, isFetching, fetchNextPage]);
  const act = (done: string, work: () => Promise<unknown>) => (): void => void attempt(done, work).then(() => queryClient.invalidateQueries({ queryKey: ['batch', id] }));
  return (
    <Answered query={batch} what="the batch">
      {(one) => (
        <>
          <PageHead title={`Batch ${one.name ?? id.slice(-6)}`} about={`${one.agent}, ${one.maxConcurrency} at a time${one.perMinute === null ? '' : `, ${one.perMinute} a minute`}`}>
            {under && status !== 'cancelling' && (
              <Button variant="default" color="red" onClick={act('It is being cancelled.', () => api.cancelBatch({ path }))}>
                Cancel
              </Button>
            )}
            {one.items.failed + one.items.cancelled > 0 && !under && (
              <Button onClick={act('What failed is tried again.', () => api.retryBatch({ path }))}>Try again what failed</Button>
            )}
          </PageHead>
          <Group mb="md" align="flex-end" gap="lg">
            <StatusTag status={one.status} />
            <div style={{ flex: 1, maxWidth: 420 }}>
              <BatchProgress batch={one} />
            </div>
            <Select label="State" data={STATES.map((value) => ({ value, label: statusWords(value) }))} value={state ?? null} onChange={(value) => setState(value ?? undefined)} clearable clearButtonProps={{ 'aria-label': 'Any state' }} placeholder="any" size="xs" />
          </Group>
          <Answered query={{ ...items, data: items.data?.pages.flatMap((page) => page.data) }} what="the items">
            {(list) => (
              <Rows label="Items" grid="items-grid" head={['#', 'Key', 'State', 'Tries', 'Result', 'Run']} items={list} keyOf={({ key }) => key} height={40} onEnd={more}>
                {(item) => (
                  <>
                    <span role="cell">{item.n}</span>
                    <span role="cell">{item.key}</span>
                    <span role="cell">
                      <StatusTag status={item.state} />
                    </span>
                    <span role="cell">{item.tries}</span>
                    <span role="cell" className="mono">{item.failure ? `${item.failure.code}: ${item.failure.detail}` : item.result == null ? '' : JSON.stringify(item.result)}</span>
                    <span role="cell">{item.runId && <Anchor component={Link} to={`/runs/${item.runId}`}>{item.runId.slice(-6)}</Anchor>}</span>
                  </>
                )}
              </Rows>
            )}
          </Answered>
        </>
      )}
    </Answered>
  );
}
