import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api, queryClient, takeKey, wantsKey } from '../api.js';

/** Asks for an API key where the API asks for one; lets everything else through. */
export function KeyDoor({ children }: { children: ReactNode }): ReactNode {
  const [key, setKey] = useState('');
  const agents = useQuery({ queryKey: ['agents'], queryFn: ({ signal }) => api.listAgents({ signal }) });
  if (!wantsKey(agents.error)) return children;
  const enter = (): void => {
    takeKey(key.trim());
    void queryClient.invalidateQueries();
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" maw={440} w="100%">
        <form onSubmit={(event) => (event.preventDefault(), enter())}>
          <Stack>
            <Title order={1} size="h3">
              Holdfast
            </Title>
            <Text size="sm">This installation asks for an API key. It is kept in this tab until you close it.</Text>
            <PasswordInput label="API key" value={key} onChange={(event) => setKey(event.currentTarget.value)} autoFocus required />
            {sessionStorage.getItem('holdfast-api-key') && <Alert color="red">The key was refused.</Alert>}
            <Button type="submit">Enter</Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
