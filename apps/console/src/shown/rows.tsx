import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';

type Props<T> = { label: string; grid: string; head: string[]; items: readonly T[]; keyOf: (item: T) => string; height?: number; visible?: string; onEnd?: () => void; children: (item: T) => ReactNode };

/** A table of any length of which only the rows in view are in the page. `grid` is the class with its columns. */
export function Rows<T>({ label, grid, head, items, keyOf, height = 46, visible = 'calc(100vh - 250px)', onEnd, children }: Props<T>): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => box.current, estimateSize: () => height, overscan: 8, getItemKey: (index) => keyOf(items[index]!) });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= items.length - 10) onEnd?.();
  }, [last, items.length, onEnd]);
  return (
    <div className="card" role="table" aria-label={label} aria-rowcount={items.length + 1}>
      <div ref={box} className="rows" style={{ height: visible, minHeight: 200 }} tabIndex={0} role="rowgroup" aria-label={label}>
        <div className={`row-head ${grid}`} role="row" aria-rowindex={1} style={{ position: 'sticky', top: 0, zIndex: 2 }}>
          {head.map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div className="rows-inner" role="presentation" style={{ height: rows.getTotalSize() }}>
          {shown.map(({ index, start, key }) => (
            <div key={key} role="row" aria-rowindex={index + 2} className={`row ${grid}`} style={{ height, transform: `translateY(${start}px)` }}>
              {children(items[index]!)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
