import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { SourceDrawer } from '../sources/source-drawer.js';
import { type Citation, type Claim, Numbers } from './shapes.js';

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
      <SourceDrawer spot={opened && corpusId !== null ? { corpusId, ...opened } : null} close={() => open(null)} />
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
