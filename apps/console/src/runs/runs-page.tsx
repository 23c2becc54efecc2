import { Button, Group, MultiSelect, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, type Ref, useCallback, useMemo, useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { RunSummary } from '#client';
import { api } from '../api.js';
import { Icon } from '../shell/icons.js';
import { useNow } from '../shown/now.js';
import { PageHead } from '../shown/page-head.js';
import { Rows } from '../shown/rows.js';
import { Answered, Nothing } from '../shown/states.js';
import { StatusTag, Tag } from '../shown/tags.js';
import { ago, STATUSES, statusWords } from '../shown/words.js';
import { queryOf, readFilters, type RunFilters, writeFilters } from './filters.js';
import { QueuePlace } from './queue-place.js';
import { Sparkline } from './sparkline.js';
import { StartRun } from './start-run.js';

const PAGE = 100;
const POLL_MS = 3_000;
const HEAD = ['Agent', 'Status', 'Step', 'Drift', 'Verdict', 'Tags', 'Tokens', 'Started'];

export function RunsPage(): ReactNode {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => readFilters(params), [params]);
  const search = useRef<HTMLInputElement>(null);
  const set = useCallback((more: Partial<RunFilters>) => setParams((before) => writeFilters(before, { ...readFilters(before), ...more }), { replace: true }), [setParams]);
  const start = useCallback((agent: string | null) => setParams((before) => withNew(before, agent)), [setParams]);
  useHotkeys([['/', () => search.current?.focus()], ['n', () => start('')]]);
  const agents = useQuery({ queryKey: ['agents'], queryFn: ({ signal }) => api.listAgents({ signal }), staleTime: 60_000 });
  const runs = useInfiniteQuery({
    queryKey: ['runs', 'list', filters],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => api.listRuns({ query: { ...queryOf(filters, Date.now()), limit: PAGE, cursor: pageParam }, signal }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    // A list that was scrolled far is not fetched again and again.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 1) > 1 ? false : POLL_MS),
  });
  const items = useMemo(() => runs.data?.pages.flatMap((page) => page.data) ?? [], [runs.data]);
  const { fetchNextPage, hasNextPage, isFetching } = runs;
  const more = useCallback(() => void (hasNextPage && !isFetching && fetchNextPage()), [hasNextPage, isFetching, fetchNextPage]);
  return (
    <>
      <PageHead title="Runs" about="Everything that agents do, newest first. Press / to filter by tag, n to start one.">
        <Button leftSection={<Icon name="plus" />} onClick={() => start('')}>
          Start a run
        </Button>
      </PageHead>
      <Group gap="sm" mb="sm" align="flex-end" role="search" aria-label="Filter runs">
        <MultiSelect label="Status" data={STATUSES.map((value) => ({ value, label: statusWords(value) }))} value={filters.status} onChange={(status) => set({ status })} placeholder={filters.status.length ? '' : 'any'} clearable clearButtonProps={{ 'aria-label': 'Any status' }} w={260} size="sm" />
        <Select label="Agent" data={agents.data?.data.map(({ name, title }) => ({ value: name, label: title })) ?? []} value={filters.agent ?? null} onChange={(agent) => set({ agent: agent ?? undefined })} placeholder="any" clearable clearButtonProps={{ 'aria-label': 'Any agent' }} w={180} size="sm" />
        <TagFilter input={search} tag={filters.tag ?? ''} set={(tag) => set({ tag: tag || undefined })} />
        <Select label="Made in" data={[{ value: '1', label: 'the last day' }, { value: '7', label: 'the last week' }, { value: '30', label: 'the last month' }]} value={filters.days ? String(filters.days) : null} onChange={(days) => set({ days: days ? Number(days) : undefined })} placeholder="any time" clearable clearButtonProps={{ 'aria-label': 'Any time' }} w={160} size="sm" />
      </Group>
      <Answered query={{ ...runs, data: runs.data && items }} what="the runs">
        {(list) =>
          list.length === 0 ? (
            <Nothing title="No run matches">Start one, or drop a filter.</Nothing>
          ) : (
            <Rows label="Runs" grid="runs-grid" head={HEAD} items={list} keyOf={(run) => run.id} onEnd={more}>
              {(run) => <RunRow run={run} title={agents.data?.data.find(({ name }) => name === run.agent)?.title ?? run.agent} />}
            </Rows>
          )
        }
      </Answered>
      <StartRun agent={params.get('new')} agents={agents.data?.data ?? []} choose={start} />
    </>
  );
}

/** The address follows what is typed, a little later. */
function TagFilter({ input, tag, set }: { input: Ref<HTMLInputElement>; tag: string; set: (tag: string) => void }): ReactNode {
  const [typed, setTyped] = useState(tag);
  const later = useDebouncedCallback(set, 250);
  return <TextInput ref={input} label="Tag" value={typed} onChange={(event) => (setTyped(event.currentTarget.value), later(event.currentTarget.value))} placeholder="any" w={150} size="sm" />;
}

function RunRow({ run, title }: { run: RunSummary; title: string }): ReactNode {
  const now = useNow();
  return (
    <>
      <span role="cell">
        <Link className="rowlink" to={`/runs/${run.id}`}>
          {title}
        </Link>{' '}
        <span className="mono" title={run.id}>
          {run.id.slice(-6)}
        </span>
      </span>
      <span role="cell">
        <StatusTag status={run.status} />
      </span>
      <span role="cell">{run.head.step}</span>
      <span role="cell">
        <Sparkline run={run} />
      </span>
      <span role="cell">{run.head.step > 0 && <Tag value={run.drift.verdict} />}</span>
      <span role="cell">
        <QueuePlace runId={run.id} status={run.status} />
        {run.tags.join(', ')}
      </span>
      <span role="cell">{new Intl.NumberFormat('en', { notation: 'compact' }).format(run.usage.promptTokens + run.usage.outputTokens)}</span>
      <span role="cell">{ago(run.createdAt, now)}</span>
    </>
  );
}

function withNew(params: URLSearchParams, agent: string | null): URLSearchParams {
  const next = new URLSearchParams(params);
  if (agent === null) next.delete('new');
  else next.set('new', agent);
  return next;
}
