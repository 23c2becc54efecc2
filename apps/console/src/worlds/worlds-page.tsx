import { Anchor, Button, FileButton, Group, Select, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api } from '../api.js';
import { Heads } from '../shown/heads.js';
import { PageHead } from '../shown/page-head.js';
import { Answered, Nothing } from '../shown/states.js';
import { attempt } from '../shown/tell.js';
import { clock } from '../shown/words.js';

const FORMATS = ['campaign', 'light', 'textworld', 'lorebook'] as const;
type Format = (typeof FORMATS)[number];

export function WorldsPage(): ReactNode {
  const navigate = useNavigate();
  const [format, setFormat] = useState<Format>('campaign');
  const worlds = useQuery({ queryKey: ['worlds'], queryFn: ({ signal }) => api.listWorlds({ query: { limit: 200 }, signal }) });
  const take = (file: File | null): void => {
    if (!file) return;
    void attempt('The world is there.', async () => {
      const data = JSON.parse(await file.text()) as Record<string, unknown>;
      const { world } = await api.importWorld({ body: { name: file.name.replace(/\.json$/, ''), format, data } });
      await navigate(`/worlds/${world.id}`);
    });
  };
  return (
    <>
      <PageHead title="Worlds" about="Campaigns: places, people, what they know, and a log of all that happened.">
        <Group gap="xs">
          <Select aria-label="Format of the file" data={[...FORMATS]} value={format} onChange={(value) => setFormat(value ?? 'campaign')} w={140} allowDeselect={false} />
          <FileButton onChange={take} accept="application/json,.json" inputProps={{ 'aria-label': 'World to import' }}>
            {(props) => <Button {...props}>Import a world</Button>}
          </FileButton>
        </Group>
      </PageHead>
      <Answered query={worlds} what="the worlds">
        {({ data }) =>
          data.length === 0 ? (
            <Nothing title="There is no world yet">Import one, or make one through the API.</Nothing>
          ) : (
            <Table highlightOnHover withTableBorder>
              <Heads names={['Name', 'Rules', 'Version', 'Made']} />
              <Table.Tbody>
                {data.map((world) => (
                  <Table.Tr key={world.id}>
                    <Table.Td>
                      <Anchor component={Link} to={`/worlds/${world.id}`}>
                        {world.name}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>{world.rules}</Table.Td>
                    <Table.Td>{world.version}</Table.Td>
                    <Table.Td>{clock(world.createdAt)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Answered>
    </>
  );
}
