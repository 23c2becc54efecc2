import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { api } from '../api.js';
import { around } from '../results/shapes.js';
import { Answered } from '../shown/states.js';
import { PagePicture, type Spot } from './page-picture.js';

export type PassageSpot = Spot & { passageId: string };

/** A citation's page at its passage: as it looks where the format has pages or is a picture, and as text. */
export function SourcePage({ spot }: { spot: PassageSpot }): ReactNode {
  const { corpusId, documentId, passageId, quote } = spot;
  const query = useQuery({ queryKey: ['passage', corpusId, passageId], staleTime: Infinity, queryFn: ({ signal }) => api.getNeighbours({ path: { id: corpusId, passageId }, signal }) });
  return (
    <Stack gap="sm">
      <PagePicture spot={spot} />
      <section aria-label="The passage and those around it">
        <Title order={3} size="h6" mb={4}>
          As text
        </Title>
        <Answered query={query} what="the passage">
          {({ data }) => (
            <>
              {data.map(({ passageId: one, text, page, section }, at) => {
                const here = one === passageId;
                const [before, found, behind] = here ? around(text, quote) : [text, '', ''];
                return (
                  <div key={one}>
                    {(page !== data[at - 1]?.page || at === 0) && (
                      <Text size="xs" c="dimmed" mb={2}>
                        {page === null ? '' : `page ${page}`}
                        {section ? ` ${section}` : ''}
                      </Text>
                    )}
                    <div className={here ? 'passage here' : 'passage'} ref={here && spot.page === null ? intoView : undefined}>
                      {before}
                      {found && <mark>{found}</mark>}
                      {behind}
                    </div>
                  </div>
                );
              })}
            </>
          )}
        </Answered>
      </section>
      <Anchor component={Link} to={`/corpora/${corpusId}?document=${documentId}`} size="sm">
        The document in its corpus
      </Anchor>
    </Stack>
  );
}

const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'center' });
