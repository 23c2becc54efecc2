import { Button, Group, Paper, Select, Stack, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'react-router';
import { api, queryClient } from '../api.js';
import { PageHead } from '../shown/page-head.js';
import { Answered, Nothing } from '../shown/states.js';
import { attempt } from '../shown/tell.js';
import { useNow } from '../shown/now.js';
import { ago } from '../shown/words.js';

const RATINGS = ['again', 'hard', 'good', 'easy'] as const;
const WORDS = { again: 'Again', hard: 'Hard', good: 'Good', easy: 'Easy' };

/** Flashcards when they are due: the question, then the answer with its quotation, then how well it was known. */
export function CardsPage(): ReactNode {
  const [params, setParams] = useSearchParams();
  const corpora = useQuery({ queryKey: ['corpora'], queryFn: ({ signal }) => api.listCorpora({ query: { limit: 200 }, signal }) });
  const corpusId = params.get('corpus') ?? corpora.data?.data[0]?.id ?? null;
  return (
    <>
      <PageHead title="Flashcards" about="Space shows the answer, 1 to 4 say how well you knew it.">
        <Select aria-label="Corpus" data={corpora.data?.data.map(({ id, name }) => ({ value: id, label: name })) ?? []} value={corpusId} onChange={(id) => id && setParams({ corpus: id })} allowDeselect={false} placeholder="Corpus" />
      </PageHead>
      {corpusId ? <Review key={corpusId} corpusId={corpusId} /> : <Nothing title="There is no corpus yet" />}
    </>
  );
}

function Review({ corpusId }: { corpusId: string }): ReactNode {
  const [shown, setShown] = useState(false);
  const now = useNow();
  const due = useQuery({ queryKey: ['cards', corpusId, 'now'], queryFn: ({ signal }) => api.listCards({ query: { corpusId, due: 'now', limit: 100 }, signal }) });
  const all = useQuery({ queryKey: ['cards', corpusId, 'any'], queryFn: ({ signal }) => api.listCards({ query: { corpusId, due: 'any', limit: 100 }, signal }) });
  const card = due.data?.data[0];
  const rate = async (rating: (typeof RATINGS)[number]): Promise<void> => {
    if (!card || !shown) return;
    if (!(await attempt(`${WORDS[rating]}.`, () => api.reviewCard({ path: { id: card.id }, body: { rating } })))) return;
    setShown(false);
    await queryClient.invalidateQueries({ queryKey: ['cards', corpusId] });
  };
  useHotkeys([['space', () => setShown(true)], ...RATINGS.map((rating, at) => [String(at + 1), () => void rate(rating)] as [string, () => void])]);
  return (
    <Answered query={due} what="the cards">
      {({ data }) =>
        card === undefined ? (
          <Nothing title="No card is due">{all.data?.data[0] ? `The next one is due ${ago(all.data.data[0].due, now)}.` : 'A research run with the task “flashcards” makes some; take them from its result.'}</Nothing>
        ) : (
          <Paper withBorder p="xl" maw={680} mx="auto">
            <Stack>
              <Text size="xs" c="dimmed">
                {data.length} due, from {card.documentName}
                {card.page !== null && `, page ${card.page}`}
              </Text>
              <Text fw={600} size="lg">
                {card.question}
              </Text>
              {shown ? (
                <>
                  <Text>{card.answer}</Text>
                  <blockquote className="passage" style={{ margin: 0 }}>
                    {card.quote}
                  </blockquote>
                  <Group>
                    {RATINGS.map((rating, at) => (
                      <Button key={rating} variant={rating === 'good' ? 'filled' : 'default'} onClick={() => void rate(rating)}>
                        {at + 1} {WORDS[rating]}
                      </Button>
                    ))}
                  </Group>
                </>
              ) : (
                <Button onClick={() => setShown(true)}>Show the answer</Button>
              )}
            </Stack>
          </Paper>
        )
      }
    </Answered>
  );
}
