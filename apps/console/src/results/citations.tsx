import { Anchor, Drawer, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { Link } from 'react-router';
import { api } from '../api.js';
import { Answered } from '../shown/states.js';
import { around, type Citation, type Claim, Numbers } from './shapes.js';

type Sources = { numbers: Numbers; open: (citation: Citation) => void };
const Context = createContext<Sources>({ numbers: new Numbers(), open: () => undefined });

/** Numbers the citations of what stands in it, and opens the page of one at its passage. */
export function WithSources({ corpusId, of, children }: { corpusId: string | null; of: unknown; children: ReactNode }): ReactNode {
  const [opened, open] = useState<Citation | null>(null);
  // The numbers belong to one result.
  const sources = useMemo(() => ({ numbers: new Numbers(), open }), [of]);
  return (
    <Context value={sources}>
      {children}
      <Drawer opened={opened !== null} onClose={() => open(null)} position="right" size={560} title={opened && `${opened.documentName}${opened.page === null ? '' : `, page ${opened.page}`}`} closeButtonProps={{ 'aria-label': 'Close' }}>
        {opened && corpusId && <Page corpusId={corpusId} citation={opened} />}
      </Drawer>
    </Context>
  );
}

export function Cites({ citations }: { citations: Citation[] }): ReactNode {
  const { numbers, open } = useContext(Context);
  return citations.map((citation, at) => {
    const n = numbers.of(citation);
    return (
      <button key={at} type="button" className="cite" onClick={() => open(citation)} aria-label={`Source ${n}: ${citation.documentName}${citation.page === null ? '' : `, page ${citation.page}`}`} title={citation.quote}>
        {n}
      </button>
    );
  });
}

const DOUBT: Record<string, string> = { partly: 'supported in part', unsupported: 'not supported by its sources' };

export function ClaimText({ claim }: { claim: Claim }): ReactNode {
  const doubt = DOUBT[claim.support ?? ''];
  return (
    <p className="claim">
      {claim.text}
      <Cites citations={claim.citations} />
      {doubt && <span className="tag tag-warn"> {doubt}</span>}
    </p>
  );
}

/** The passage with those before and behind it, the quotation marked. */
function Page({ corpusId, citation }: { corpusId: string; citation: Citation }): ReactNode {
  const query = useQuery({ queryKey: ['passage', corpusId, citation.passageId], staleTime: Infinity, queryFn: ({ signal }) => api.getNeighbours({ path: { id: corpusId, passageId: citation.passageId }, signal }) });
  return (
    <Stack gap="sm">
      <Answered query={query} what="the page">
        {({ data }) => (
          <>
            {data.map(({ passageId, text, page, section }, at) => {
              const here = passageId === citation.passageId;
              const [before, quote, behind] = here ? around(text, citation.quote) : [text, '', ''];
              return (
                <div key={passageId}>
                  {(page !== data[at - 1]?.page || at === 0) && (
                    <Text size="xs" c="dimmed" mb={2}>
                      {page === null ? '' : `page ${page}`}
                      {section ? ` ${section}` : ''}
                    </Text>
                  )}
                  <div className={here ? 'passage here' : 'passage'} ref={here ? intoView : undefined}>
                    {before}
                    {quote && <mark>{quote}</mark>}
                    {behind}
                  </div>
                </div>
              );
            })}
          </>
        )}
      </Answered>
      <Anchor component={Link} to={`/corpora/${corpusId}?document=${citation.documentId}`} size="sm">
        The document in its corpus
      </Anchor>
    </Stack>
  );
}

const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'center' });
