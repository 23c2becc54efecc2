import { ActionIcon, AppShell, Burger, Group, Text, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, type ReactNode, Suspense } from 'react';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { RunsPage } from '../runs/runs-page.js';
import { Waiting } from '../shown/states.js';
import { Told } from '../shown/tell.js';
import { Icon } from './icons.js';
import { Nav } from './nav.js';
import { Account } from './principal.js';

/** A part of the console that is loaded when it is first opened. */
const page = <K extends string>(load: () => Promise<Record<K, () => ReactNode>>, name: K) => lazy(async () => ({ default: (await load())[name] }));
const RunPage = page(() => import('../run/run-page.js'), 'RunPage');
const ComparePage = page(() => import('../run/compare-page.js'), 'ComparePage');
const ApprovalsPage = page(() => import('../approvals/approvals-page.js'), 'ApprovalsPage');
const CorporaPage = page(() => import('../corpora/corpora-page.js'), 'CorporaPage');
const CorpusPage = page(() => import('../corpora/corpus-page.js'), 'CorpusPage');
const CardsPage = page(() => import('../corpora/cards-page.js'), 'CardsPage');
const WorldsPage = page(() => import('../worlds/worlds-page.js'), 'WorldsPage');
const WorldPage = page(() => import('../worlds/world-page.js'), 'WorldPage');
const SchedulesPage = page(() => import('../plans/schedules-page.js'), 'SchedulesPage');
const BatchesPage = page(() => import('../plans/batches-page.js'), 'BatchesPage');
const BatchPage = page(() => import('../plans/batch-page.js'), 'BatchPage');
const RuntimesPage = page(() => import('../machines/runtimes-page.js'), 'RuntimesPage');
const ModelsPage = page(() => import('../machines/models-page.js'), 'ModelsPage');

export function App(): ReactNode {
  const [open, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  return (
    <AppShell header={{ height: 48, collapsed: false }} navbar={{ width: 204, breakpoint: 'sm', collapsed: { mobile: !open } }} padding="md">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" aria-expanded={open} />
          <img src="/console/mark.svg" width={24} height={24} alt="" />
          <Text fw={700} lts={0.2}>
            Holdfast
          </Text>
          <Group ml="auto" gap="xs">
            <Account />
            <ColourScheme />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Parts of the console">
        <Nav onFollow={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} key={pathname.split('/').slice(0, 4).join('/')}>
        <Suspense fallback={<Waiting what="the page" />}>
          <Routes>
            <Route path="/" element={<Navigate to="/runs" replace />} />
            <Route path="/runs" element={<RunsPage />} />
            <Route path="/runs/:id" element={<RunPage />} />
            <Route path="/runs/:id/compare/:other" element={<ComparePage />} />
            <Route path="/approvals" element={<ApprovalsPage />} />
            <Route path="/corpora" element={<CorporaPage />} />
            <Route path="/corpora/:id" element={<CorpusPage />} />
            <Route path="/cards" element={<CardsPage />} />
            <Route path="/worlds" element={<WorldsPage />} />
            <Route path="/worlds/:id" element={<WorldPage />} />
            <Route path="/schedules" element={<SchedulesPage />} />
            <Route path="/batches" element={<BatchesPage />} />
            <Route path="/batches/:id" element={<BatchPage />} />
            <Route path="/runtimes" element={<RuntimesPage />} />
            <Route path="/models" element={<ModelsPage />} />
            <Route path="*" element={<Text>There is no such page.</Text>} />
          </Routes>
        </Suspense>
      </AppShell.Main>
      <Told />
    </AppShell>
  );
}

function ColourScheme(): ReactNode {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const label = dark ? 'Light colours' : 'Dark colours';
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
        <Icon name={dark ? 'sun' : 'moon'} />
      </ActionIcon>
    </Tooltip>
  );
}
