import { Group } from '@mantine/core';
import { useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { score } from '../shown/words.js';
import { type Mark, nearest, type PlotData } from './plot-data.js';

export type Thresholds = { suspect: number; overthinking: number; overacting: number };
type Props = { data: PlotData; thresholds: Thresholds; chosen: number | null; choose: (step: number) => void; height?: number; label?: string };

/**
 * Both drift scores by step, with the band between `suspect` and alarm, and a mark for each steering action. A click, or
 * the arrow keys, choose a step.
 */
export function DriftPlot({ data, thresholds, chosen, choose, height = 190, label = 'Drift by step' }: Props): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const under = useRef<HTMLSpanElement>(null);
  const scheme = useComputedColorScheme('light');
  // The plot's hooks read what is current when they draw.
  const now = useRef({ data, thresholds, chosen, choose });
  now.current = { data, thresholds, chosen, choose };

  useEffect(() => {
    const element = box.current!;
    const made = new uPlot(optionsOf(element, height, now, (at) => under.current?.replaceChildren(at === null ? '' : describe(now.current.data, now.current.data.steps[at]!))), now.current.data.columns, element);
    plot.current = made;
    const seen = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    seen.observe(element);
    return () => {
      seen.disconnect();
      made.destroy();
    };
  }, [height, scheme]);
  useEffect(() => plot.current?.setData(data.columns), [data]);
  useEffect(() => plot.current?.redraw(false), [chosen, thresholds]);

  const text = useMemo(() => describe(data, chosen), [data, chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = moved(data.steps, chosen, event.key);
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  };
  return (
    <div>
      <div ref={box} className="plot" role="slider" tabIndex={0} aria-label={label} aria-valuemin={data.steps[0] ?? 0} aria-valuemax={data.steps.at(-1) ?? 0} aria-valuenow={chosen ?? data.steps.at(-1) ?? 0} aria-valuetext={text} onKeyDown={onKeyDown} />
      <Group gap="md" mt={4}>
        <span className="key key-thinking"><i />overthinking, alarm at {score(thresholds.overthinking)}</span>
        <span className="key key-acting"><i />overacting, alarm at {score(thresholds.overacting)}</span>
        <span className="key key-band"><i />suspect, from {score(thresholds.suspect)}</span>
        <span className="key key-steer"><i />steering</span>
        <span className="key" ref={under} style={{ marginLeft: 'auto', minHeight: 18 }} aria-hidden="true" />
      </Group>
    </div>
  );
}

type Now = { current: { data: PlotData; thresholds: Thresholds; chosen: number | null; choose: (step: number) => void } };

function optionsOf(element: HTMLElement, height: number, now: Now, onHover: (at: number | null) => void): uPlot.Options {
  const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
  const [thinking, acting, steer, line, words] = ['--hf-thinking', '--hf-acting', '--hf-steer', '--hf-line', '--mantine-color-dimmed'].map(colour) as [string, string, string, string, string];
  const font = '11px system-ui, sans-serif';
  const axis = { stroke: words, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 4 } };
  return {
    width: element.clientWidth || 600,
    height,
    padding: [14, 12, 0, 0],
    cursor: { points: { size: 8 }, drag: { x: true, y: false } },
    legend: { show: false },
    scales: { x: { time: false, range: (_, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) }, y: { range: [0, 1] } },
    axes: [{ ...axis, size: 28, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000] }, { ...axis, size: 40, splits: () => [0, 0.25, 0.5, 0.75, 1], values: (_, all) => all.map((value) => value.toFixed(2)) }],
    series: [
      { label: 'step' },
      { label: 'overthinking', stroke: thinking, width: 2, spanGaps: true, points: { size: 5, fill: thinking } },
      { label: 'overacting', stroke: acting, width: 2, spanGaps: true, points: { size: 5, fill: acting } },
      { label: 'left: overthinking', stroke: thinking, width: 1, dash: [3, 4], spanGaps: false, points: { size: 4 } },
      { label: 'left: overacting', stroke: acting, width: 1, dash: [3, 4], spanGaps: false, points: { size: 4 } },
    ],
    hooks: {
      setCursor: [(u) => onHover(u.cursor.idx ?? null)],
      drawClear: [(u) => drawBand(u, now.current.thresholds, { thinking, acting })],
      draw: [(u) => drawMarks(u, now.current.data.marks, now.current.chosen, { steer, words, font })],
      ready: [
        (u) =>
          u.over.addEventListener('click', () => {
            const to = nearest(now.current.data.steps, u.posToVal(u.cursor.left ?? 0, 'x'));
            if (to !== undefined) now.current.choose(to);
          }),
      ],
    },
  };
}

/** The ground between `suspect` and the higher alarm, and a line where each axis alarms. */
function drawBand(u: uPlot, { suspect, overthinking, overacting }: Thresholds, colours: { thinking: string; acting: string }): void {
  const { ctx, bbox } = u;
  const y = (value: number): number => Math.round(u.valToPos(value, 'y', true));
  ctx.save();
  ctx.globalAlpha = 0.1;
  ctx.fillStyle = colours.acting;
  ctx.fillRect(bbox.left, y(Math.max(overthinking, overacting)), bbox.width, y(suspect) - y(Math.max(overthinking, overacting)));
  ctx.globalAlpha = 0.8;
  ctx.setLineDash([6, 4]);
  for (const [at, colour] of [[overthinking, colours.thinking], [overacting, colours.acting]] as const) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y(at));
    ctx.lineTo(bbox.left + bbox.width, y(at));
    ctx.stroke();
  }
  ctx.restore();
}

function drawMarks(u: uPlot, marks: Mark[], chosen: number | null, { steer, words, font }: { steer: string; words: string; font: string }): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - 20, 0, bbox.width + 40, bbox.top + bbox.height);
  ctx.clip();
  const upright = (step: number, colour: string, width: number): number => {
    const x = Math.round(u.valToPos(step, 'x', true));
    ctx.strokeStyle = colour;
    ctx.lineWidth = width * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    return x;
  };
  if (chosen !== null) upright(chosen, words, 1);
  ctx.font = font.replace('11px', `${11 * devicePixelRatio}px`);
  ctx.textAlign = 'center';
  let free = -Infinity;
  for (const { step, rung } of marks) {
    const x = upright(step, steer, 2);
    ctx.fillStyle = steer;
    const name = rung.replaceAll('_', ' ');
    const half = ctx.measureText(name).width / 2;
    // Names that would lie on each other are left out: the list below the plot has them all.
    if (x - half > free) {
      ctx.fillText(name, x, bbox.top - 3 * devicePixelRatio);
      free = x + half + 6 * devicePixelRatio;
    }
  }
  ctx.restore();
}

function describe({ steps, columns }: PlotData, chosen: number | null): string {
  const at = chosen === null ? steps.length - 1 : steps.indexOf(chosen);
  if (at < 0) return 'no step';
  const value = (on: number, off: number): string => score(columns[on]![at] ?? columns[off]![at] ?? 0);
  return `step ${steps[at]}: overthinking ${value(1, 3)}, overacting ${value(2, 4)}`;
}

function moved(steps: readonly number[], chosen: number | null, key: string): number | undefined {
  const at = chosen === null ? steps.length : steps.indexOf(chosen);
  const by: Record<string, number> = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: steps.length - 1, PageUp: at - 10, PageDown: at + 10 };
  const to = by[key];
  return to === undefined || steps.length === 0 ? undefined : steps[Math.max(0, Math.min(steps.length - 1, to))];
}
