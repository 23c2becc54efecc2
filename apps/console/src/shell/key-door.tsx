import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { enter, wantsKey } from '../api.js';
import { usePrincipal } from './principal.js';

/** Asks for an API key where the API asks for one; lets everything else through. */
export function KeyDoor({ children }: { children: ReactNode }): ReactNode {
  const [key, setKey] = useState('');
  const [tried, setTried] = useState(false);
  const { error } = usePrincipal();
  if (!wantsKey(error)) return children;
  const submit = (): void => {
    setTried(true);
    enter(key.trim());
    setKey('');
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" maw={440} w="100%">
        <form onSubmit={(event) => (event.preventDefault(), submit())}>
          <Stack>
            <Title order={1} size="h3">
              Holdfast
            </Title>
            <Text size="sm">This installation asks who you are. Your key is kept in this tab until you close it or sign out.</Text>
            <PasswordInput label="API key or access token" value={key} onChange={(event) => setKey(event.currentTarget.value)} autoComplete="off" autoFocus required />
            {tried && (
              <Alert color="red" role="alert">
                {(error as Error).message}
              </Alert>
            )}
            <Button type="submit">Sign in</Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
