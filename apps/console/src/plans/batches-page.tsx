import { Anchor, Button, Group, Modal, Progress, Select, Stack, Table, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { BatchView, CreateBatch } from '#client';
import { api } from '../api.js';
import { Heads } from '../shown/heads.js';
import { useNow } from '../shown/now.js';
import { PageHead } from '../shown/page-head.js';
import { Answered, Nothing } from '../shown/states.js';
import { StatusTag } from '../shown/tags.js';
import { attempt } from '../shown/tell.js';
import { ago, count, span } from '../shown/words.js';

export function BatchesPage(): ReactNode {
  const now = useNow();
  const [making, make] = useState(false);
  const batches = useQuery({ queryKey: ['batches'], queryFn: ({ signal }) => api.listBatches({ query: { limit: 100 }, signal }), refetchInterval: 4_000 });
  return (
    <>
      <PageHead title="Batches" about="Many inputs for one agent, a run each.">
        <Button onClick={() => make(true)}>Start a batch</Button>
      </PageHead>
      <Answered query={batches} what="the batches">
        {({ data }) =>
          data.length === 0 ? (
            <Nothing title="There is no batch yet" />
          ) : (
            <Table.ScrollContainer minWidth={720} scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': 'Batches' } }}>
              <Table withTableBorder highlightOnHover>
                <Heads names={['Batch', 'Agent', 'Status', 'Progress', 'Made']} />
                <Table.Tbody>
                  {data.map((batch) => (
                    <Table.Tr key={batch.id}>
                      <Table.Td>
                        <Anchor component={Link} to={`/batches/${batch.id}`}>
                          {batch.name ?? batch.id.slice(-6)}
                        </Anchor>
                      </Table.Td>
                      <Table.Td>{batch.agent}</Table.Td>
                      <Table.Td>
                        <StatusTag status={batch.status} />
                      </Table.Td>
                      <Table.Td miw={240}>
                        <BatchProgress batch={batch} />
                      </Table.Td>
                      <Table.Td>{ago(batch.createdAt, now)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Answered>
      <Modal opened={making} onClose={() => make(false)} title="Start a batch" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
        <NewBatch />
      </Modal>
    </>
  );
}

export function BatchProgress({ batch }: { batch: BatchView }): ReactNode {
  const { total, completed, failed, cancelled } = batch.items;
  const share = (part: number): number => (total > 0 ? (100 * part) / total : 0);
  return (
    <div>
      <Progress.Root size="md" aria-label="Progress of the batch">
        <Progress.Section value={share(completed)} color="teal.8" aria-label="completed" />
        <Progress.Section value={share(failed)} color="red.8" aria-label="failed" />
        <Progress.Section value={share(cancelled)} color="gray.7" aria-label="cancelled" />
      </Progress.Root>
      <Text size="xs">
        {count(completed)} of {count(total)}
        {failed > 0 && `, ${count(failed)} failed`}
        {batch.secondsLeft !== null && batch.status === 'running' && `, about ${span(batch.secondsLeft * 1_000)} left`}
      </Text>
    </div>
  );
}

function NewBatch(): ReactNode {
  const navigate = useNavigate();
  const agents = useQuery({ queryKey: ['agents'], queryFn: ({ signal }) => api.listAgents({ signal }) });
  const [name, setName] = useState('');
  const [agent, setAgent] = useState<string | null>(null);
  const [lines, setLines] = useState('');
  const send = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    await attempt('The batch is started.', async () => {
      const made = await api.createBatch({ body: { ...(name ? { name } : {}), run: { agent: agent!, tags: [] }, maxConcurrency: 2, items: itemsOf(lines) } });
      await navigate(`/batches/${made.id}`);
    });
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="sm">
        <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
        <Select label="Agent" required data={agents.data?.data.map(({ name: value, title }) => ({ value, label: title })) ?? []} value={agent} onChange={setAgent} />
        <Textarea label="Items" description='A line each: {"key": "a", "input": {…}}' required autosize minRows={6} maxRows={16} className="mono" value={lines} onChange={(event) => setLines(event.currentTarget.value)} />
        <Group justify="flex-end">
          <Button type="submit" disabled={!agent || !lines.trim()}>
            Start
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** @throws Error naming the line that is no item */
function itemsOf(lines: string): CreateBatch['items'] {
  return lines.split('\n').flatMap((line, at) => {
    if (!line.trim()) return [];
    try {
      return [JSON.parse(line) as CreateBatch['items'][number]];
    } catch {
      throw new Error(`Line ${at + 1} is no JSON.`);
    }
  });
}
