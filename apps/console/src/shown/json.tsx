import { Code, ScrollArea } from '@mantine/core';
import type { ReactNode } from 'react';

/** A value as indented JSON, in a box that scrolls and that the keyboard reaches. */
export function Json({ value, label, max = 320 }: { value: unknown; label: string; max?: number }): ReactNode {
  return (
    <ScrollArea.Autosize mah={max} type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': label }}>
      <Code block className="wrapped">
        {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
      </Code>
    </ScrollArea.Autosize>
  );
}
