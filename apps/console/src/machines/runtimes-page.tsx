import { Button, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Finding, RuntimeView } from '#client';
import { api, queryClient } from '../api.js';
import { Heads } from '../shown/heads.js';
import { useNow } from '../shown/now.js';
import { PageHead } from '../shown/page-head.js';
import { Answered, Nothing } from '../shown/states.js';
import { Tag } from '../shown/tags.js';
import { attempt } from '../shown/tell.js';
import { ago, bytes, count, plain, span } from '../shown/words.js';

export function RuntimesPage(): ReactNode {
  const runtimes = useQuery({ queryKey: ['runtimes'], queryFn: ({ signal }) => api.list({ signal }), refetchInterval: 5_000 });
  return (
    <>
      <PageHead title="Runtimes" about="The servers that run models, the queue in front of each, and what the doctor found." />
      <Answered query={runtimes} what="the runtimes">
        {({ data }) => (data.length === 0 ? <Nothing title="No runtime is registered" /> : <Stack gap="lg">{data.map((runtime) => <OneRuntime key={runtime.id} runtime={runtime} />)}</Stack>)}
      </Answered>
    </>
  );
}

function OneRuntime({ runtime }: { runtime: RuntimeView }): ReactNode {
  const { id, kind, host, state, detail, version, slots, loaded, queues } = runtime;
  return (
    <section className="card" style={{ padding: 16 }} aria-label={`Runtime ${id}`}>
      <Group gap="sm">
        <Title order={2} size="h5">
          {id}
        </Title>
        <Tag value={state} words={state === 'ok' ? 'up' : 'down'} />
        <Text size="sm" c="dimmed">
          {kind} {version ?? ''} at {host}, {slots} slots
        </Text>
      </Group>
      {detail && <Text size="sm">{detail}</Text>}
      <div className="pairs">
        <div>
          <Title order={3} size="h6" mt="sm">
            Loaded
          </Title>
          {loaded === null ? <Text size="sm" c="dimmed">This kind of runtime does not say.</Text> : loaded.length === 0 ? <Text size="sm" c="dimmed">No model.</Text> : loaded.map((one) => (
            <Text key={one.name} size="sm">
              <span className="mono">{one.name}</span>, {bytes(one.bytes)}, {bytes(one.gpuBytes)} of it on the GPU{one.contextLength !== null && `, ${count(one.contextLength)} tokens of context`}
            </Text>
          ))}
        </div>
        <div>
          <Title order={3} size="h6" mt="sm">
            Queues
          </Title>
          {queues.map((queue) => (
            <Text key={queue.queue} size="sm">
              <span className="mono">{queue.model ?? queue.queue}</span>: {queue.waiting ?? '–'} waiting{queue.estimatedWaitSeconds !== null && `, about ${span(queue.estimatedWaitSeconds * 1_000)}`}, {queue.gates} gates
            </Text>
          ))}
        </div>
      </div>
      <Doctor runtime={runtime} />
    </section>
  );
}

function Doctor({ runtime }: { runtime: RuntimeView }): ReactNode {
  const now = useNow();
  const [model, setModel] = useState<string | null>(null);
  const path = { id: runtime.id };
  const query = useQuery({ queryKey: ['findings', runtime.id], queryFn: ({ signal }) => api.findings({ path, signal }), refetchInterval: 10_000 });
  const examine = (): void => void attempt('The doctor is at it.', () => api.examine({ path, body: model ? { model } : {} })).then(() => queryClient.invalidateQueries({ queryKey: ['findings', runtime.id] }));
  return (
    <div>
      <Group justify="space-between" mt="md" mb="xs" align="flex-end">
        <Title order={3} size="h6">
          Doctor
        </Title>
        <Group gap="xs">
          <Select aria-label="Model to examine" placeholder="the configured model" data={[...new Set(runtime.models)]} value={model} onChange={setModel} size="xs" clearable clearButtonProps={{ 'aria-label': 'The configured model' }} searchable />
          <Button size="xs" variant="default" onClick={examine}>
            Examine
          </Button>
        </Group>
      </Group>
      <Answered query={query} what="what the doctor found">
        {({ data }) =>
          data.length === 0 ? (
            <Text size="sm" c="dimmed">
              Not examined yet.
            </Text>
          ) : (
            <Stack gap="md">
              {data.map((report) => (
                <div key={report.model}>
                  <Text size="sm">
                    <b className="mono">{report.model}</b>, examined {ago(report.examinedAt, now)}
                    {report.promptSpeed !== null && `, reads ${count(Math.round(report.promptSpeed))} and writes ${report.outputSpeed === null ? '–' : report.outputSpeed.toFixed(1)} tokens a second`}
                  </Text>
                  {report.driftDoubtful && <Text size="sm">What it breaks looks like drift: reports of this model are doubtful.</Text>}
                  <Findings findings={report.findings} />
                </div>
              ))}
            </Stack>
          )
        }
      </Answered>
    </div>
  );
}

function Findings({ findings }: { findings: Finding[] }): ReactNode {
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': 'Findings' } }}>
      <Table verticalSpacing={4}>
        <Heads names={['Probe', 'Verdict', 'What was seen']} />
        <Table.Tbody>
          {findings.map((finding) => (
            <Table.Tr key={finding.probe}>
              <Table.Th scope="row" fw={500}>
                {finding.title}
              </Table.Th>
              <Table.Td>
                <Tag value={finding.verdict} words={plain(finding.verdict)} />
              </Table.Td>
              <Table.Td>
                {finding.detail}
                {finding.remedy && <Text size="sm">→ {finding.remedy}</Text>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
