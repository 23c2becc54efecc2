import { Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { api } from '../api.js';
import { Heads } from '../shown/heads.js';
import { Tag } from '../shown/tags.js';
import { attempt } from '../shown/tell.js';
import { Cites, ClaimText, WithSources } from './citations.js';
import type { ResearchResult } from './shapes.js';

/** An answer whose citations open their pages, and whatever else its task has made: table, timeline, contradictions, cards, report. */
export function Research({ result, runId, corpusId }: { result: ResearchResult; runId: string; corpusId: string | null }): ReactNode {
  const { claims, choice, found, searched = [], sections, rows, dimensions = [], contradictions, events, cards, coverage } = result;
  return (
    <WithSources corpusId={corpusId} of={result}>
      <Stack gap="md">
        {choice && (
          <Text>
            Answer: <b>{choice}</b>
          </Text>
        )}
        {found === false && <Text>{result.answer}</Text>}
        {claims.length > 0 && (
          <div>
            {claims.map((claim, at) => (
              <ClaimText key={at} claim={claim} />
            ))}
          </div>
        )}
        {sections?.map(({ heading, claims: own }, at) => (
          <section key={at}>
            <Title order={2} size="h6">
              {heading}
            </Title>
            {own.length === 0 && <Text size="sm" c="dimmed">Nothing was found for this section.</Text>}
            {own.map((claim, n) => (
              <ClaimText key={n} claim={claim} />
            ))}
          </section>
        ))}
        {rows && rows.length > 0 && <Comparison dimensions={dimensions} rows={rows} />}
        {events && events.length > 0 && <Timeline events={events} />}
        {contradictions?.map((one, at) => (
          <section key={at} className="card" style={{ padding: 10 }}>
            <Group gap={6}>
              <Tag value="suspect" words={one.severity} />
              <Text size="sm" fw={600}>
                {one.kind.replaceAll('_', ' ')}
              </Text>
            </Group>
            <div className="pairs">
              <ClaimText claim={one.a} />
              <ClaimText claim={one.b} />
            </div>
            <Text size="sm" c="dimmed">
              {one.why}
            </Text>
          </section>
        ))}
        {cards && cards.length > 0 && <Cards cards={cards} runId={runId} corpusId={corpusId} />}
        {searched.length > 0 && (
          <Text size="xs" c="dimmed">
            Searched for: {searched.map(({ query }) => `“${query}”`).join(', ')}
          </Text>
        )}
        {coverage && (
          <details className="fold">
            <summary>What was read: {coverage.filter(({ used }) => used).length} of {coverage.length} documents gave something</summary>
            <ul>
              {coverage.map((one) => (
                <li key={one.documentId}>
                  {one.documentName}: {one.read} of {one.passages} passages{one.used ? '' : `, ${one.why ?? 'nothing of use'}`}
                </li>
              ))}
            </ul>
          </details>
        )}
      </Stack>
    </WithSources>
  );
}

function Comparison({ dimensions, rows }: { dimensions: string[]; rows: NonNullable<ResearchResult['rows']> }): ReactNode {
  return (
    <Table.ScrollContainer minWidth={300 + dimensions.length * 140} scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': 'Comparison' } }}>
      <Table striped withTableBorder>
        <Heads names={['Document', ...dimensions]} />
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.documentId}>
              <Table.Th scope="row">{row.documentName}</Table.Th>
              {row.cells.map((cell) => (
                <Table.Td key={cell.dimension}>
                  {cell.value ?? <Text span size="sm" c="dimmed">not stated</Text>}
                  <Cites citations={cell.citations} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Timeline({ events }: { events: NonNullable<ResearchResult['events']> }): ReactNode {
  return (
    <ol style={{ paddingLeft: 22, margin: 0 }} aria-label="Timeline">
      {events.map((event, at) => (
        <li key={at}>
          <b>{event.until ? `${event.date} to ${event.until}` : event.date}</b> {event.what}
          <Cites citations={event.citations} />
          {event.conflictsWith.length > 0 && <span className="tag tag-warn"> conflicts with {event.conflictsWith.map((n) => n + 1).join(', ')}</span>}
        </li>
      ))}
    </ol>
  );
}

function Cards({ cards, runId, corpusId }: { cards: NonNullable<ResearchResult['cards']>; runId: string; corpusId: string | null }): ReactNode {
  const [taken, setTaken] = useState(false);
  return (
    <section aria-label="Flashcards">
      <Group mb={6}>
        <Button size="xs" disabled={taken} onClick={() => void attempt('The cards wait to be learned.', () => api.takeCards({ body: { runId } })).then((done) => done && setTaken(true))}>
          Take {cards.length} cards to learn
        </Button>
        {taken && (
          <Button size="xs" variant="default" component={Link} to={`/cards?corpus=${corpusId}`}>
            Learn them
          </Button>
        )}
      </Group>
      {cards.map((card, at) => (
        <details key={at} className="fold">
          <summary>{card.question}</summary>
          <p className="claim">
            {card.answer}
            <Cites citations={card.citations} />
          </p>
        </details>
      ))}
    </section>
  );
}
