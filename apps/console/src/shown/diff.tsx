import type { ReactNode } from 'react';

export const isDiff = (text: string): boolean => /^(diff --git |--- |@@ )/m.test(text) && /^[+-]/m.test(text);

const KINDS: [RegExp, string][] = [[/^(diff --git|\+\+\+|---|index |new file|deleted file|rename )/, 'file'], [/^@@/, 'hunk'], [/^\+/, 'add'], [/^-/, 'del']];
/** Beyond this nobody reads it here, and a page of it is slow. */
const MOST_LINES = 3_000;

/** A unified difference, line by line; the sign says what a line is, the colour repeats it. */
export function Diff({ text, label }: { text: string; label: string }): ReactNode {
  const all = text.split('\n');
  return (
    <div className="diff" role="region" aria-label={label} tabIndex={0}>
      {all.slice(0, MOST_LINES).map((line, at) => (
        <div key={at} className={KINDS.find(([form]) => form.test(line))?.[1]}>
          {line || ' '}
        </div>
      ))}
      {all.length > MOST_LINES && <div className="hunk">and {all.length - MOST_LINES} lines more</div>}
    </div>
  );
}
