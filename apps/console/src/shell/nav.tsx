import { NavLink as Item, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { useWaitingRuns } from '../approvals/pending.js';
import { Icon, type IconName } from './icons.js';

const PARTS: { to: string; label: string; icon: IconName }[] = [
  { to: '/runs', label: 'Runs', icon: 'runs' },
  { to: '/approvals', label: 'Approvals', icon: 'approvals' },
  { to: '/corpora', label: 'Corpora', icon: 'corpora' },
  { to: '/cards', label: 'Flashcards', icon: 'cards' },
  { to: '/worlds', label: 'Worlds', icon: 'worlds' },
  { to: '/schedules', label: 'Schedules', icon: 'schedules' },
  { to: '/batches', label: 'Batches', icon: 'batches' },
  { to: '/runtimes', label: 'Runtimes', icon: 'runtimes' },
  { to: '/models', label: 'Models', icon: 'models' },
];

export function Nav({ onFollow }: { onFollow: () => void }): ReactNode {
  const { pathname } = useLocation();
  const waiting = useWaitingRuns().data?.length ?? 0;
  return (
    <Stack h="100%" gap={2}>
      {PARTS.map(({ to, label, icon }) => {
        const active = pathname.startsWith(to);
        return (
          <Item
            key={to}
            component={Link}
            to={to}
            label={label}
            active={active}
            aria-current={active ? 'page' : undefined}
            leftSection={<Icon name={icon} />}
            rightSection={to === '/approvals' && waiting > 0 ? <Text component="span" className="count" aria-label={`${waiting} waiting`}>{waiting}</Text> : undefined}
            onClick={onFollow}
            className="part"
          />
        );
      })}
      <Item mt="auto" component="a" href="/docs" label="REST API" leftSection={<Icon name="docs" />} className="part" />
    </Stack>
  );
}
