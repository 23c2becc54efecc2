import { Anchor, Badge, Button, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import type { ScheduleView } from '#client';
import { api, queryClient } from '../api.js';
import { useNow } from '../shown/now.js';
import { PageHead } from '../shown/page-head.js';
import { Answered, Nothing } from '../shown/states.js';
import { Tag } from '../shown/tags.js';
import { attempt } from '../shown/tell.js';
import { ago, clock } from '../shown/words.js';
import { NewSchedule } from './new-schedule.js';

const changed = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['schedules'] });

export function SchedulesPage(): ReactNode {
  const [making, make] = useState(false);
  const schedules = useQuery({ queryKey: ['schedules'], queryFn: ({ signal }) => api.listSchedules({ query: { limit: 200 }, signal }), refetchInterval: 15_000 });
  return (
    <>
      <PageHead title="Schedules" about="Runs at set times, kept by Temporal.">
        <Button onClick={() => make(true)}>Make a schedule</Button>
      </PageHead>
      <Answered query={schedules} what="the schedules">
        {({ data }) =>
          data.length === 0 ? (
            <Nothing title="Nothing is planned" />
          ) : (
            <Stack gap="md">
              {data.map((schedule) => (
                <OneSchedule key={schedule.id} id={schedule.id} listed={schedule} />
              ))}
            </Stack>
          )
        }
      </Answered>
      <Modal opened={making} onClose={() => make(false)} title="Make a schedule" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
        <NewSchedule done={() => (make(false), void changed())} />
      </Modal>
    </>
  );
}

function OneSchedule({ id, listed }: { id: string; listed: ScheduleView }): ReactNode {
  const now = useNow();
  const [filling, fill] = useState(false);
  const path = { id };
  // Only one that is read by itself has its next times and latest fires.
  const { data = listed } = useQuery({ queryKey: ['schedules', id], queryFn: ({ signal }) => api.getSchedule({ path, signal }), refetchInterval: 15_000 });
  const act = (done: string, work: () => Promise<unknown>) => (): void => void attempt(done, work).then(changed);
  return (
    <section className="card" style={{ padding: 14 }} aria-label={data.name}>
      <Group justify="space-between">
        <Group gap="sm">
          <Title order={2} size="h5">
            {data.name}
          </Title>
          <Tag value={data.paused ? 'paused' : 'ready'} words={data.paused ? 'paused' : 'active'} />
          <Badge variant="default" tt="none">
            {data.agent ?? 'world'}
          </Badge>
        </Group>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={act('It fires.', () => api.trigger({ path, body: {} }))}>
            Fire now
          </Button>
          <Button size="xs" variant="default" onClick={act(data.paused ? 'It is active again.' : 'It is paused.', () => (data.paused ? api.resume({ path, body: {} }) : api.pause({ path, body: {} })))}>
            {data.paused ? 'Resume' : 'Pause'}
          </Button>
          <Button size="xs" variant="default" onClick={() => fill(true)}>
            Backfill
          </Button>
          <Button size="xs" variant="subtle" color="red" onClick={() => confirm(`Delete ${data.name}? Its runs stay.`) && act('It is deleted.', () => api.deleteSchedule({ path }))()}>
            Delete
          </Button>
        </Group>
      </Group>
      <Text size="sm" mt={4} className="mono">
        {[...data.spec.cron, ...data.spec.intervals.map(({ everySeconds }) => `every ${everySeconds} s`), ...(data.spec.calendars.length ? ['calendar'] : [])].join('; ')} {data.spec.timezone}
      </Text>
      <div className="pairs">
        <div>
          <Text size="sm" fw={600} mt="xs">
            Next
          </Text>
          <ol className="plain" aria-label="Next times">
            {(data.nextTimes ?? []).slice(0, 5).map((at) => (
              <li key={at}>
                {clock(at)}, {ago(at, now)}
              </li>
            ))}
          </ol>
        </div>
        <div>
          <Text size="sm" fw={600} mt="xs">
            Latest fires
          </Text>
          <ol className="plain" aria-label="Latest fires">
            {data.lastFires.slice(0, 5).map((fire) => (
              <li key={fire.nominalAt}>
                {clock(fire.nominalAt)}: {fire.runId ? <Anchor component={Link} to={`/runs/${fire.runId}`} size="sm">run</Anchor> : fire.batchId ? <Anchor component={Link} to={`/batches/${fire.batchId}`} size="sm">batch</Anchor> : (fire.skipped ?? 'not yet').replaceAll('_', ' ')}
              </li>
            ))}
          </ol>
        </div>
      </div>
      <Modal opened={filling} onClose={() => fill(false)} title="Fire for times that have passed" closeButtonProps={{ 'aria-label': 'Close' }}>
        <Backfill id={id} done={() => (fill(false), void changed())} />
      </Modal>
    </section>
  );
}

function Backfill({ id, done }: { id: string; done: () => void }): ReactNode {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const range = { from: isoOf(from), to: isoOf(to) };
  const ready = range.from !== null && range.to !== null && range.from < range.to;
  const times = useQuery({ queryKey: ['schedules', id, 'times', range.from, range.to], enabled: ready, queryFn: ({ signal }) => api.listTimes({ path: { id }, query: { from: range.from!, to: range.to! }, signal }) });
  const send = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (await attempt('The missed times are being fired.', () => api.backfill({ path: { id }, body: { from: range.from!, to: range.to!, overlap: 'buffer_all' } }))) done();
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="sm">
        <TextInput type="datetime-local" label="From" required value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TextInput type="datetime-local" label="To" required value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        {times.data && <Text size="sm">{times.data.data.length} times fall into this range.</Text>}
        <Button type="submit" disabled={!ready}>
          Fire them
        </Button>
      </Stack>
    </form>
  );
}

const isoOf = (local: string): string | null => (Number.isNaN(Date.parse(local)) ? null : new Date(local).toISOString());
