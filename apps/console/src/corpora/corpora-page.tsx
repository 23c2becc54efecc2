import { Anchor, Button, Group, Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, type ReactNode, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api } from '../api.js';
import { Heads } from '../shown/heads.js';
import { PageHead } from '../shown/page-head.js';
import { Answered, Nothing } from '../shown/states.js';
import { attempt } from '../shown/tell.js';
import { clock, count } from '../shown/words.js';

export function CorporaPage(): ReactNode {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const corpora = useQuery({ queryKey: ['corpora'], queryFn: ({ signal }) => api.listCorpora({ query: { limit: 200 }, signal }) });
  const make = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    await attempt('The corpus is there.', async () => navigate(`/corpora/${(await api.createCorpus({ body: { name: name.trim() } })).id}`));
  };
  return (
    <>
      <PageHead title="Corpora" about="Documents that agents read, split into passages and searchable.">
        <form onSubmit={(event) => void make(event)}>
          <Group gap="xs">
            <TextInput aria-label="Name of a new corpus" placeholder="Name of a new corpus" value={name} onChange={(event) => setName(event.currentTarget.value)} required />
            <Button type="submit" disabled={!name.trim()}>
              Make it
            </Button>
          </Group>
        </form>
      </PageHead>
      <Answered query={corpora} what="the corpora">
        {({ data }) =>
          data.length === 0 ? (
            <Nothing title="There is no corpus yet">Name one above, then drop files into it.</Nothing>
          ) : (
            <Table.ScrollContainer minWidth={600} scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': 'Corpora' } }}>
              <Table highlightOnHover withTableBorder>
                <Heads names={['Name', 'Documents', 'Passages', 'Made']} />
                <Table.Tbody>
                  {data.map((corpus) => (
                    <Table.Tr key={corpus.id}>
                      <Table.Td>
                        <Anchor component={Link} to={`/corpora/${corpus.id}`}>
                          {corpus.name}
                        </Anchor>
                      </Table.Td>
                      <Table.Td>{count(corpus.documents)}</Table.Td>
                      <Table.Td>{count(corpus.passages)}</Table.Td>
                      <Table.Td>{clock(corpus.createdAt)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Answered>
    </>
  );
}
