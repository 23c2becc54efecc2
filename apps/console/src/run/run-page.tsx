import { Alert, Group, Tabs, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { api } from '../api.js';
import { Approvals } from '../approvals/approvals.js';
import { Outcome } from '../results/outcome.js';
import { QueuePlace } from '../runs/queue-place.js';
import { PageHead } from '../shown/page-head.js';
import { Failed, Waiting } from '../shown/states.js';
import { StatusTag, Tag } from '../shown/tags.js';
import { score } from '../shown/words.js';
import { Actions, type Ask, AskDialog, Message } from './actions.js';
import { DriftPlot } from './drift-plot.js';
import { plotData } from './plot-data.js';
import type { Connection, RunModel } from './run-model.js';
import { RunPanel } from './run-panel.js';
import { StepPanel } from './step-panel.js';
import { Timeline } from './timeline.js';
import { useRun } from './use-run.js';

const CONNECTION: Record<Connection, string> = { connecting: 'connecting', live: 'live', reconnecting: 'the connection broke, taking it up again', ended: '' };

export function RunPage(): ReactNode {
  const id = useParams()['id']!;
  const { model, version, error } = useRun(id);
  if (!model) return error ? <Failed error={error} /> : <Waiting what="the run" />;
  return <Shown model={model} version={version} error={error} />;
}

function Shown({ model, version, error }: { model: RunModel; version: number; error: unknown }): ReactNode {
  const { run } = model;
  const [params, setParams] = useSearchParams();
  const chosen = params.get('step') === null ? null : Number(params.get('step'));
  const [tab, setTab] = useState<string | null>(null);
  const [asked, ask] = useState<Ask | null>(null);
  const branch = useMemo(() => model.branch(), [model, version]);
  const data = useMemo(() => plotData(model.steps, branch), [model, branch]);
  const agents = useQuery({ queryKey: ['agents'], queryFn: ({ signal }) => api.listAgents({ signal }), staleTime: 60_000 });
  const title = agents.data?.data.find(({ name }) => name === run.agent)?.title ?? run.agent;
  const choose = useCallback(
    (step: number) => {
      setTab('step');
      setParams((before) => (before.set('step', String(step)), new URLSearchParams(before)), { replace: true });
    },
    [setParams],
  );
  const move = (by: number): void => {
    const at = model.steps.findIndex(({ step }) => step === chosen);
    const to = model.steps[Math.max(0, Math.min(model.steps.length - 1, at < 0 ? model.steps.length - 1 : at + by))];
    if (to) choose(to.step);
  };
  useHotkeys([['j', () => move(1)], ['k', () => move(-1)], ['m', () => document.getElementById('message')?.focus()]]);
  const step = chosen === null ? model.steps.at(-1) : model.step(chosen);
  const delivered = run.result !== null || run.partialResult !== undefined;
  const shown = tab ?? (chosen !== null ? 'step' : delivered ? 'result' : 'step');
  return (
    <>
      <PageHead title={`${title} ${run.id.slice(-6)}`}>
        <Actions run={run} ask={ask} />
      </PageHead>
      <Group gap="sm" mb="sm" role="status" aria-label="Status of the run">
        <StatusTag status={run.status} />
        {run.head.step > 0 && <Tag value={run.drift.verdict} words={`drift: ${run.drift.verdict.replaceAll('_', ' ')}`} />}
        <Text size="sm">
          step {run.head.step} of {run.limits.maxSteps}
        </Text>
        <Text size="sm" c="dimmed">
          overthinking {score(run.drift.overthinking)}, overacting {score(run.drift.overacting)}, {run.drift.actions} steered
        </Text>
        <Text size="sm" c="dimmed" component="span">
          <QueuePlace runId={run.id} status={run.status} />
        </Text>
        <Text size="sm" c="dimmed" data-connection={model.connection}>
          {CONNECTION[model.connection]}
        </Text>
      </Group>
      {error !== null && <Failed error={error} />}
      {run.statusReason && (
        <Alert mb="sm" color={run.status === 'failed' ? 'red' : 'yellow'} title={run.statusReason.code.replaceAll('_', ' ')}>
          <Text size="sm">{run.statusReason.detail}</Text>
        </Alert>
      )}
      <Approvals runId={run.id} />
      <div className="run-grid">
        <div>
          <section className="card" aria-label="Drift" style={{ padding: '10px 12px', marginBottom: 12 }}>
            <DriftPlot data={data} thresholds={run.drift.thresholds} chosen={chosen} choose={choose} />
            {data.marks.length > 0 && <Marks marks={data.marks} choose={choose} />}
          </section>
          <Timeline model={model} version={version} branch={branch} chosen={chosen} choose={choose} ask={ask} />
          <Message run={run} />
        </div>
        <aside className="card panel" aria-label="Details" tabIndex={0} style={{ padding: 14 }}>
          <Tabs value={shown} onChange={setTab} keepMounted={false}>
            <Tabs.List mb="sm">
              <Tabs.Tab value="result">Result</Tabs.Tab>
              <Tabs.Tab value="step">Step</Tabs.Tab>
              <Tabs.Tab value="run">Run</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="result">
              <Outcome run={run} />
            </Tabs.Panel>
            <Tabs.Panel value="step">{step ? <StepPanel runId={run.id} step={step} choose={choose} /> : <Text size="sm">No step yet.</Text>}</Tabs.Panel>
            <Tabs.Panel value="run">
              <RunPanel run={run} />
            </Tabs.Panel>
          </Tabs>
        </aside>
      </div>
      <AskDialog run={run} what={asked} close={() => ask(null)} />
    </>
  );
}

function Marks({ marks, choose }: { marks: { step: number; words: string }[]; choose: (step: number) => void }): ReactNode {
  return (
    <Group gap={6} mt={6} role="list" aria-label="Steering actions">
      {marks.slice(-8).map(({ step, words }) => (
        <span key={step} role="listitem">
          <button type="button" className="tag tag-ask" style={{ border: 0, cursor: 'pointer', minHeight: 24 }} onClick={() => choose(step)}>
            {words}
          </button>
        </span>
      ))}
    </Group>
  );
}
