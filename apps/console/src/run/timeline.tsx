import { Button, Group, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { isLive } from '../shown/words.js';
import type { RunModel } from './run-model.js';
import { type StepAsk, StepCard } from './step-card.js';

type Props = { model: RunModel; version: number; branch: ReadonlySet<number>; chosen: number | null; choose: (step: number) => void; ask: (what: StepAsk) => void };

/** Pixels from the end within which the list counts as being at its end. */
const NEAR_END = 60;
const SETTLED_MS = 450;

/** A run's steps in their order, of which only those in view are in the page; it stays at the end while the run writes. */
export function Timeline({ model, version, branch, chosen, choose, ask }: Props): ReactNode {
  const { steps, open, run } = model;
  const live = isLive(run.status);
  const box = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(live);
  const rows = useVirtualizer({ count: steps.length, getScrollElement: () => box.current, estimateSize: () => 110, overscan: 4, getItemKey: (at) => steps[at]!.step });
  useEffect(() => {
    if (follow && live && steps.length > 0) rows.scrollToIndex(steps.length - 1, { align: 'end' });
  }, [follow, live, version, steps.length, rows]);
  const at = chosen === null ? -1 : steps.findIndex(({ step }) => step === chosen);
  useEffect(() => {
    if (at < 0) return undefined;
    setFollow(false);
    rows.scrollToIndex(at, { align: 'center' });
    // Again once what is above it has its content, and with it its height.
    const timer = setTimeout(() => rows.scrollToIndex(at, { align: 'center' }), SETTLED_MS);
    return () => clearTimeout(timer);
    // Only the choice moves the list, or its step coming in: other steps must not.
  }, [chosen, at >= 0]);
  const onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    if (scrollHeight - scrollTop - clientHeight > NEAR_END) setFollow(false);
  };
  return (
    <section aria-label="Steps">
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          {steps.length} steps{model.complete ? '' : ', reading more'}
        </Text>
        <Group gap={6}>
          <Button size="compact-xs" variant="default" onClick={() => (setFollow(false), rows.scrollToIndex(0))}>
            First
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => rows.scrollToIndex(steps.length - 1, { align: 'end' })}>
            Last
          </Button>
          {live && (
            <Button size="compact-xs" variant={follow ? 'filled' : 'default'} aria-pressed={follow} onClick={() => setFollow(!follow)}>
              Follow
            </Button>
          )}
        </Group>
      </Group>
      <div ref={box} className="steps" role="feed" aria-label="Steps" aria-busy={live} tabIndex={0} style={{ height: 'calc(100vh - 480px)', minHeight: 380 }} onWheel={onScroll} onKeyUp={onScroll}>
        <div style={{ position: 'relative', height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const step = steps[index]!;
            return (
              <div key={key} ref={rows.measureElement} data-index={index} className="step" style={{ transform: `translateY(${start}px)` }}>
                <StepCard runId={run.id} step={step} open={open} onBranch={branch.has(step.step)} chosen={chosen === step.step} choose={choose} ask={ask} live={live} />
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
