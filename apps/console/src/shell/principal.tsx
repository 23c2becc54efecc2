import { Button, Group, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, leave } from '../api.js';

/** Whom the API takes this tab for. */
export const usePrincipal = () => useQuery({ queryKey: ['principal'], staleTime: Infinity, queryFn: ({ signal }) => api.getPrincipal({ signal }) });

/** Who is signed in, and the way out; nothing where nobody is asked who they are. */
export function Account(): ReactNode {
  const { data } = usePrincipal();
  if (!data || data.authenticatedBy === 'none') return null;
  return (
    <Group gap="xs" wrap="nowrap">
      <Tooltip label={`May act as ${data.roles.join(', ')}`}>
        <Text size="sm" c="dimmed" truncate maw={220}>
          {data.name}
        </Text>
      </Tooltip>
      <Button size="xs" variant="default" onClick={() => void leave()}>
        Sign out
      </Button>
    </Group>
  );
}
