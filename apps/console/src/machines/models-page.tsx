import { Code, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../api.js';
import { Heads } from '../shown/heads.js';
import { PageHead } from '../shown/page-head.js';
import { Answered } from '../shown/states.js';
import { Tag } from '../shown/tags.js';
import { bytes } from '../shown/words.js';

export function ModelsPage(): ReactNode {
  const models = useQuery({ queryKey: ['models'], queryFn: ({ signal }) => api.models({ signal }), staleTime: 60_000 });
  return (
    <>
      <PageHead title="Models" about="Which Gemma fits this machine, how fast it is expected to be, and how to get it." />
      <Answered query={models} what="the models">
        {({ machine, data }) => (
          <>
            <Text size="sm" mb="sm">
              {machine.name}: {bytes(machine.memoryBytes)} of memory{machine.unified ? ', shared with its GPU' : ''}, {machine.cores} cores
              {machine.gpus.map((gpu) => `, ${gpu.name} with ${bytes(gpu.memoryBytes)}`).join('')}
            </Text>
            <Table.ScrollContainer minWidth={820} scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': 'Models' } }}>
              <Table withTableBorder striped>
                <Heads names={['Model', 'Fits', 'Weights', 'Context', 'Tokens a second', 'How to get it']} />
                <Table.Tbody>
                  {data.map((fit) => (
                    <Table.Tr key={fit.id}>
                      <Table.Th scope="row" fw={600}>
                        {fit.title} {fit.quantization} {fit.picked && <Tag value="ready" words="the one to take" />}
                      </Table.Th>
                      <Table.Td>
                        <Tag value={fit.fits ? 'ok' : 'down'} words={fit.fits ? `on the ${fit.on.toUpperCase()}` : 'does not fit'} />
                      </Table.Td>
                      <Table.Td>{bytes(fit.weightBytes)}</Table.Td>
                      <Table.Td>{fit.fits ? `${Math.floor(fit.contextTokens / 1_024)}K` : '–'}</Table.Td>
                      <Table.Td>{fit.fits ? fit.expectedSpeed : '–'}</Table.Td>
                      <Table.Td>{fit.installed ? <Tag value="ok" words="is there" /> : <Code>{fit.command}</Code>}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            <Text size="xs" c="dimmed">
              Speeds are expected from memory bandwidth; the doctor measures them.
            </Text>
          </>
        )}
      </Answered>
    </>
  );
}
