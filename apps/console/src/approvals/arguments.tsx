import type { ReactNode } from 'react';
import { labelOf } from '../form/fields.js';
import { Diff, isDiff } from '../shown/diff.js';

/** A call's arguments as a person reads them: long text in a box, a patch as a difference, an edit as what goes and what comes. */
export function Arguments({ args }: { args: unknown }): ReactNode {
  if (args === null || typeof args !== 'object') return <pre className="said-box">{String(args)}</pre>;
  const { old, new: fresh, ...rest } = args as Record<string, unknown>;
  const isEdit = typeof old === 'string' && typeof fresh === 'string';
  return (
    <>
      <dl className="facts">
        {Object.entries(isEdit ? rest : (args as Record<string, unknown>)).map(([name, value]) => (
          <Argument key={name} name={name} value={value} />
        ))}
      </dl>
      {isEdit && <Diff text={[...lines(old, '-'), ...lines(fresh, '+')].join('\n')} label="The change" />}
    </>
  );
}

const lines = (text: string, sign: string): string[] => (text === '' ? [] : text.split('\n').map((line) => sign + line));

function Argument({ name, value }: { name: string; value: unknown }): ReactNode {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <>
      <dt>{labelOf(name)}</dt>
      <dd>{isDiff(text) ? <Diff text={text} label={labelOf(name)} /> : text.length > 120 || text.includes('\n') ? <pre className="said-box" tabIndex={0}>{text}</pre> : <span className="mono">{text}</span>}</dd>
    </>
  );
}
