import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { RunSummary } from '#client';
import { api } from '../api.js';
import { score } from '../shown/words.js';

const [WIDTH, HEIGHT, POINTS] = [96, 26, 24];
/** About what a step writes: six events, and some for tries and steering. */
const EVENTS = POINTS * 8;
/** A row that is scrolled past asks for nothing. */
const STAYS_MS = 150;

/** The latest scores of a run, both axes. */
export function Sparkline({ run }: { run: RunSummary }): ReactNode {
  const stays = useStays();
  const { data = [] } = useQuery({
    queryKey: ['sparkline', run.id, run.lastEvent],
    enabled: stays && run.head.step > 0,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { data: events } = await api.readEvents({ path: { id: run.id }, query: { after: Math.max(0, run.lastEvent - EVENTS), types: ['drift.report'], limit: EVENTS }, signal });
      return events.slice(-POINTS).map(({ data: told }): [number, number] => [Number(told['overthinking']), Number(told['overacting'])]);
    },
  });
  if (run.head.step === 0) return <span aria-hidden="true">·</span>;
  const { overthinking, overacting } = run.drift;
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`drift: overthinking ${score(overthinking)}, overacting ${score(overacting)}`}>
      <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} stroke="var(--hf-line)" />
      <polyline points={points(data.map(([thinking]) => thinking))} fill="none" stroke="var(--hf-thinking)" strokeWidth={1.6} />
      <polyline points={points(data.map(([, acting]) => acting))} fill="none" stroke="var(--hf-acting)" strokeWidth={1.6} />
    </svg>
  );
}

function points(scores: number[]): string {
  const gap = (WIDTH - 4) / Math.max(1, POINTS - 1);
  const left = WIDTH - 2 - gap * (scores.length - 1);
  return scores.map((value, i) => `${(left + i * gap).toFixed(1)},${(HEIGHT - 2 - value * (HEIGHT - 4)).toFixed(1)}`).join(' ');
}

function useStays(): boolean {
  const [stays, set] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set(true), STAYS_MS);
    return () => clearTimeout(timer);
  }, []);
  return stays;
}
