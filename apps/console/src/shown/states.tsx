import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { wordsOf } from '../api.js';

export function Waiting({ what }: { what: string }): ReactNode {
  return (
    <Group gap="sm" p="md" role="status">
      <Loader size="sm" aria-hidden="true" />
      <Text size="sm" c="dimmed">
        Loading {what}
      </Text>
    </Group>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }): ReactNode {
  if (!error) return null;
  return (
    <Alert color="red" title="That did not work" role="alert">
      <Text size="sm">{wordsOf(error)}</Text>
      {retry && (
        <Button mt="sm" size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

/** What a list says where it is empty, and what to do about it. */
export function Nothing({ title, children }: { title: string; children?: ReactNode }): ReactNode {
  return (
    <Stack align="center" gap={4} py="xl">
      <Text fw={600}>{title}</Text>
      {children && (
        <Text size="sm" c="dimmed" ta="center" maw={480} component="div">
          {children}
        </Text>
      )}
    </Stack>
  );
}

/** The answer to a query, or how it stands. */
export function Answered<T>({ query, what, children }: { query: { data: T | undefined; error: unknown; refetch: () => unknown }; what: string; children: (data: T) => ReactNode }): ReactNode {
  if (query.data !== undefined) return children(query.data);
  return query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Waiting what={what} />;
}
