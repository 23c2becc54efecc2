import { Anchor, Button, Group, NumberInput, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import type { Comparison } from '#client';
import { api } from '../api.js';
import { Json } from '../shown/json.js';
import { PageHead } from '../shown/page-head.js';
import { Rows } from '../shown/rows.js';
import { Answered } from '../shown/states.js';
import { StatusTag, Tag } from '../shown/tags.js';
import { count, score } from '../shown/words.js';
import { DriftPlot } from './drift-plot.js';
import type { PlotData } from './plot-data.js';

type Side = Comparison['a'];
type Half = NonNullable<Comparison['steps'][number]['a']>;
const HEAD = ['#', 'This one', 'Drift', 'Tokens', 'The other', 'Drift', 'Tokens'];

/** Two runs, or two branches of one, side by side from where they part. */
export function ComparePage(): ReactNode {
  const { id = '', other = '' } = useParams();
  const [params, setParams] = useSearchParams();
  const head = (name: 'headA' | 'headB'): number | undefined => (params.get(name) ? Number(params.get(name)) : undefined);
  const [headA, headB] = [head('headA'), head('headB')];
  const query = useQuery({ queryKey: ['compare', id, other, headA, headB], queryFn: async ({ signal }) => {
    const [compared, run] = await Promise.all([api.compareRun({ path: { id, other }, query: { headA, headB }, signal }), api.getRun({ path: { id }, signal })]);
    return { ...compared, thresholds: run.drift.thresholds };
  } });
  const set = (name: string, value: number | string): void => setParams((before) => (value === '' ? before.delete(name) : before.set(name, String(value)), new URLSearchParams(before)), { replace: true });
  return (
    <>
      <PageHead title="Two branches" about="Where they part, and what each made of it.">
        <NumberInput size="xs" label="Head of this one" placeholder="its own" value={headA ?? ''} onChange={(value) => set('headA', value)} w={140} min={0} />
        <NumberInput size="xs" label="Head of the other" placeholder="its own" value={headB ?? ''} onChange={(value) => set('headB', value)} w={140} min={0} />
        <Button component={Link} to={`/runs/${id}`} size="xs" variant="default" style={{ alignSelf: 'flex-end' }}>
          Back to the run
        </Button>
      </PageHead>
      <Answered query={query} what="the comparison">
        {(compared) => <Compared compared={compared} thresholds={compared.thresholds} />}
      </Answered>
    </>
  );
}

function Compared({ compared, thresholds }: { compared: Comparison; thresholds: { suspect: number; overthinking: number; overacting: number } }): ReactNode {
  const plots = useMemo(() => [plotOf(compared, 'a'), plotOf(compared, 'b')] as const, [compared]);
  return (
    <>
      <Text size="sm" mb="sm">
        They share {count(compared.shared)} steps; from there this one took {count(compared.a.steps)}, the other {count(compared.b.steps)}. {compared.sameResult ? 'Their results are the same.' : 'Their results differ.'}
      </Text>
      <div className="pairs">
        <SideCard side={compared.a} name="This one" plot={plots[0]} thresholds={thresholds} />
        <SideCard side={compared.b} name="The other" plot={plots[1]} thresholds={thresholds} />
      </div>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Step by step, since they parted
      </Title>
      <Rows label="Steps of both" grid="compare-grid" head={HEAD} items={compared.steps.map((pair, n) => ({ ...pair, n }))} keyOf={({ n }) => String(n)} visible="50vh">
        {({ a, b, n }) => (
          <>
            <span role="cell">{n + 1}</span>
            <Cells half={a} />
            <Cells half={b} />
          </>
        )}
      </Rows>
    </>
  );
}

function Cells({ half }: { half: Half | null }): ReactNode {
  if (!half) return <><span role="cell">–</span><span role="cell" /><span role="cell" /></>;
  return (
    <>
      <span role="cell">
        step {half.step}: <span className="mono">{half.tools.join(', ') || 'no tool'}</span>
      </span>
      <span role="cell">
        <Tag value={half.verdict} words={`${score(half.overthinking)} / ${score(half.overacting)}`} />
      </span>
      <span role="cell">{count(half.promptTokens + half.outputTokens)}</span>
    </>
  );
}

function SideCard({ side, name, plot, thresholds }: { side: Side; name: string; plot: PlotData; thresholds: { suspect: number; overthinking: number; overacting: number } }): ReactNode {
  return (
    <section className="card" style={{ padding: 12 }} aria-label={name}>
      <Group justify="space-between" mb={6}>
        <Anchor component={Link} to={`/runs/${side.runId}`} fw={600}>
          {name} <span className="mono">{side.runId.slice(-6)}</span>
        </Anchor>
        <StatusTag status={side.status} />
      </Group>
      <DriftPlot data={plot} thresholds={thresholds} chosen={null} choose={() => undefined} height={130} label={`Drift of ${name.toLowerCase()}`} />
      <Table mt="sm" verticalSpacing={4}>
        <Table.Tbody>
          <Fact name="Steps" value={count(side.steps)} />
          <Fact name="Tokens in, out, thought" value={`${count(side.promptTokens)}, ${count(side.outputTokens)}, ${count(side.thinkingTokens)}`} />
          <Fact name="Tools" value={Object.entries(side.tools).map(([tool, times]) => `${tool} ${times}`).join(', ') || '–'} />
          <Fact name="Verdicts" value={Object.entries(side.drift.verdicts).map(([verdict, times]) => `${verdict.replaceAll('_', ' ')} ${times}`).join(', ') || '–'} />
        </Table.Tbody>
      </Table>
      {side.result !== null && <Json value={side.result} label={`Result of ${name.toLowerCase()}`} max={200} />}
    </section>
  );
}

const Fact = ({ name, value }: { name: string; value: string }): ReactNode => (
  <Table.Tr>
    <Table.Th scope="row" fw={500}>
      {name}
    </Table.Th>
    <Table.Td>{value}</Table.Td>
  </Table.Tr>
);

function plotOf({ steps }: Comparison, side: 'a' | 'b'): PlotData {
  const own = steps.flatMap((pair) => pair[side] ?? []);
  const none = own.map(() => null);
  const x = own.map(({ step }) => step);
  return { steps: x, columns: [x, own.map(({ overthinking }) => overthinking), own.map(({ overacting }) => overacting), none, none], marks: [] };
}
