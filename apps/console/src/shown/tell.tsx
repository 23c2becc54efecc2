import { Notification, Stack } from '@mantine/core';
import { type ReactNode, useSyncExternalStore } from 'react';
import { wordsOf } from '../api.js';

type Told = { id: number; text: string; bad: boolean };
const SHOWN_MS = 6_000;
let told: Told[] = [];
const readers = new Set<() => void>();
let next = 1;

function set(now: Told[]): void {
  told = now;
  for (const reader of readers) reader();
}

/** Says something at the foot of the page for a while. */
export function tell(text: string, bad = false): void {
  const id = next++;
  set([...told, { id, text, bad }]);
  setTimeout(() => set(told.filter((one) => one.id !== id)), SHOWN_MS);
}

/** Does something for a person, and says how it went. */
export async function attempt(done: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    tell(done);
    return true;
  } catch (error) {
    tell(wordsOf(error), true);
    return false;
  }
}

export function Told(): ReactNode {
  const shown = useSyncExternalStore((reader) => (readers.add(reader), () => readers.delete(reader)), () => told);
  return (
    <Stack className="told" gap="xs" role="status" aria-live="polite">
      {shown.map(({ id, text, bad }) => (
        <Notification key={id} color={bad ? 'red' : 'teal'} withBorder onClose={() => set(told.filter((one) => one.id !== id))} closeButtonProps={{ 'aria-label': 'Close' }}>
          {text}
        </Notification>
      ))}
    </Stack>
  );
}
