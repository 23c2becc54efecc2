import { Button, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, type ReactNode, useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import type { DocumentView, PassageHit } from '#client';
import { api, queryClient } from '../api.js';
import { Heads } from '../shown/heads.js';
import { useNow } from '../shown/now.js';
import { PageHead } from '../shown/page-head.js';
import { Answered, Nothing } from '../shown/states.js';
import { attempt } from '../shown/tell.js';
import { ago, bytes, count } from '../shown/words.js';
import { SourceDrawer } from '../sources/source-drawer.js';
import { Uploads } from './uploads.js';

export function CorpusPage(): ReactNode {
  const id = useParams()['id']!;
  const corpus = useQuery({ queryKey: ['corpus', id], queryFn: ({ signal }) => api.getCorpus({ path: { id }, signal }) });
  return (
    <Answered query={corpus} what="the corpus">
      {({ name, description, documents, passages }) => (
        <>
          <PageHead title={name} about={`${description ?? ''} ${count(documents)} documents, ${count(passages)} passages`.trim()} />
          <div className="pairs">
            <Stack gap="md">
              <Uploads corpusId={id} />
              <Documents corpusId={id} />
            </Stack>
            <Search corpusId={id} />
          </div>
        </>
      )}
    </Answered>
  );
}

function Documents({ corpusId }: { corpusId: string }): ReactNode {
  const [params] = useSearchParams();
  const now = useNow();
  const marked = params.get('document');
  const documents = useInfiniteQuery({
    queryKey: ['corpus', corpusId, 'documents'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => api.listDocuments({ path: { id: corpusId }, query: { limit: 100, cursor: pageParam }, signal }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const drop = (one: DocumentView): void => {
    if (!confirm(`Delete ${one.name} with its pages and passages?`)) return;
    void attempt('It is deleted.', () => api.deleteDocument({ path: { id: corpusId, documentId: one.id } })).then(() => queryClient.invalidateQueries({ queryKey: ['corpus', corpusId] }));
  };
  return (
    <Answered query={{ ...documents, data: documents.data?.pages.flatMap((page) => page.data) }} what="the documents">
      {(list) =>
        list.length === 0 ? (
          <Nothing title="No documents yet" />
        ) : (
          <div>
            <Table withTableBorder>
              <Heads names={['Document', 'Pages', 'Size', 'Taken in', 'Delete']} unseen={['Delete']} />
              <Table.Tbody>
                {list.map((one) => (
                  <Table.Tr key={one.id} bg={one.id === marked ? 'var(--hf-mark)' : undefined}>
                    <Table.Td>
                      {one.name}
                      {one.tags.length > 0 && <Text size="xs" c="dimmed">{one.tags.join(', ')}</Text>}
                    </Table.Td>
                    <Table.Td>{one.pages}</Table.Td>
                    <Table.Td>{bytes(one.bytes)}</Table.Td>
                    <Table.Td>{ago(one.createdAt, now)}</Table.Td>
                    <Table.Td>
                      <Button size="compact-xs" variant="subtle" color="red" onClick={() => drop(one)} aria-label={`Delete ${one.name}`}>
                        Delete
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            {documents.hasNextPage && (
              <Button mt="xs" variant="default" size="xs" onClick={() => void documents.fetchNextPage()}>
                More
              </Button>
            )}
          </div>
        )
      }
    </Answered>
  );
}

function Search({ corpusId }: { corpusId: string }): ReactNode {
  const [params, setParams] = useSearchParams();
  const asked = params.get('q') ?? '';
  const [words, setWords] = useState(asked);
  const [opened, open] = useState<PassageHit | null>(null);
  const result = useQuery({ queryKey: ['search', corpusId, asked], enabled: asked !== '', queryFn: ({ signal }) => api.searchCorpus({ path: { id: corpusId }, query: { query: asked, limit: 20 }, signal }) });
  const search = (event: SyntheticEvent): void => {
    event.preventDefault();
    setParams((before) => (before.set('q', words), new URLSearchParams(before)), { replace: true });
  };
  return (
    <section aria-label="Search">
      <form onSubmit={search} role="search">
        <Group gap="xs" wrap="nowrap" mb="sm">
          <TextInput aria-label="Search this corpus" placeholder="Search this corpus by words and by meaning" value={words} onChange={(event) => setWords(event.currentTarget.value)} style={{ flex: 1 }} />
          <Button type="submit">Search</Button>
        </Group>
      </form>
      {asked !== '' && (
        <Answered query={result} what="what was found">
          {({ hits, vectors }) => (
            <Stack gap="sm">
              {!vectors && <Text size="xs" c="dimmed">By words alone: the embedding model did not answer in time.</Text>}
              {hits.length === 0 && <Nothing title="Nothing was found" />}
              {hits.map((hit) => (
                <div key={hit.passageId} className="passage">
                  <Title order={3} size="h6">
                    {hit.documentName}
                    {hit.page !== null && `, page ${hit.page}`}
                  </Title>
                  {hit.text}
                  <div>
                    <Button size="compact-xs" variant="default" onClick={() => open(hit)}>
                      Show its page
                    </Button>
                  </div>
                </div>
              ))}
              <SourceDrawer spot={opened && { corpusId, ...opened, quote: opened.text }} close={() => open(null)} />
            </Stack>
          )}
        </Answered>
      )}
    </section>
  );
}
