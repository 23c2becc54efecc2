import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

/** A page's name, what it is for, and what can be done on it. */
export function PageHead({ title, about, children }: { title: string; about?: string; children?: ReactNode }): ReactNode {
  useEffect(() => void (document.title = `${title} · Holdfast`), [title]);
  return (
    <Group justify="space-between" align="flex-end" mb="md" gap="sm">
      <div>
        <Title order={1} size="h3">
          {title}
        </Title>
        {about && (
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        )}
      </div>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
