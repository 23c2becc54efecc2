import { Button, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { StepView } from '#client';
import { api } from '../api.js';
import { Json } from '../shown/json.js';
import { Answered } from '../shown/states.js';
import { Tag } from '../shown/tags.js';
import { plain, score } from '../shown/words.js';
import { labelOf } from '../form/fields.js';

/** What stands behind a point of the plot: the signals, what was done, where the turn went, the checkpoint. */
export function StepPanel({ runId, step, choose }: { runId: string; step: StepView; choose: (step: number) => void }): ReactNode {
  const { drift, steering, route } = step;
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h5">
          Step {step.step}
        </Title>
        {drift ? (
          <dl className="facts">
            <dt>Verdict</dt>
            <dd>
              <Tag value={drift.verdict} />
              {drift.hard && <Text span size="xs"> by a hard sign, enough on its own</Text>}
            </dd>
            <dt>Overthinking</dt>
            <dd>{score(drift.overthinking)}</dd>
            <dt>Overacting</dt>
            <dd>{score(drift.overacting)}</dd>
          </dl>
        ) : (
          <Text size="sm" c="dimmed">
            There is no drift report of this step{step.state === 'open' ? ' yet' : ''}.
          </Text>
        )}
      </div>
      {drift && drift.reasons.length > 0 && (
        <div>
          <Title order={3} size="h6" mb={4}>
            Signals behind it
          </Title>
          <Stack gap={8}>
            {drift.reasons.map(({ signal, value, steps }) => (
              <div key={signal}>
                <div className="signal">
                  <span>{labelOf(signal)}</span>
                  <span className="signal-bar" aria-hidden="true">
                    <span style={{ width: `${value * 100}%` }} />
                  </span>
                  <span>{score(value)}</span>
                </div>
                <Text size="xs" c="dimmed" component="div">
                  rests on{' '}
                  {steps.map((n) => (
                    <Button key={n} size="compact-xs" variant="subtle" onClick={() => choose(n)} aria-label={`Step ${n}`}>
                      {n}
                    </Button>
                  ))}
                </Text>
              </div>
            ))}
          </Stack>
        </div>
      )}
      {drift && drift.reasons.length === 0 && (
        <Text size="sm" c="dimmed">
          No signal stood out.
        </Text>
      )}
      {steering && steering.rung !== 'none' && (
        <div>
          <Title order={3} size="h6" mb={4}>
            Steering
          </Title>
          <dl className="facts">
            <dt>Rung</dt>
            <dd>{plain(steering.rung)}{steering.holdout ? ', held out: nothing was done, to measure what doing helps' : ''}</dd>
            <dt>For</dt>
            <dd>{plain(steering.verdict)} at step {steering.step}</dd>
            {steering.toStep !== undefined && (
              <>
                <dt>Back to</dt>
                <dd>step {steering.toStep}</dd>
              </>
            )}
            {steering.sampling && (
              <>
                <dt>Sampling</dt>
                <dd className="mono">{JSON.stringify(steering.sampling)}</dd>
              </>
            )}
          </dl>
        </div>
      )}
      <div>
        <Title order={3} size="h6" mb={4}>
          Turn
        </Title>
        <dl className="facts">
          <dt>After</dt>
          <dd>step {step.parent}</dd>
          <dt>Model</dt>
          <dd>{step.model ?? '–'}{route && ` on ${route.runtimeId} (${plain(route.reason)})`}</dd>
          <dt>Tokens</dt>
          <dd>{step.promptTokens} in, {step.outputTokens} out, {step.thinkingTokens} of thought</dd>
        </dl>
        {route?.doubtful && <Text size="sm">The doctor found this model broken in ways that look like drift.</Text>}
      </div>
      <Checkpoint key={step.step} runId={runId} step={step} />
    </Stack>
  );
}

function Checkpoint({ runId, step }: { runId: string; step: StepView }): ReactNode {
  const [asked, ask] = useState(false);
  const query = useQuery({ queryKey: ['checkpoint', runId, step.step], enabled: asked, staleTime: Infinity, queryFn: ({ signal }) => api.getCheckpoint({ path: { id: runId, n: step.step }, query: { include: 'content' }, signal }) });
  if (step.state !== 'closed') return null;
  if (!asked) {
    return (
      <Button size="xs" variant="default" onClick={() => ask(true)}>
        Show its checkpoint
      </Button>
    );
  }
  return (
    <Answered query={query} what="the checkpoint">
      {({ state, stateHash, worldVersion, workspaceCommit }) => (
        <Stack gap={6}>
          <Title order={3} size="h6">
            Checkpoint
          </Title>
          <dl className="facts">
            <dt>State</dt>
            <dd className="mono">{stateHash.slice(0, 16)}</dd>
            {worldVersion !== null && (
              <>
                <dt>World</dt>
                <dd>version {worldVersion}</dd>
              </>
            )}
            {workspaceCommit !== null && (
              <>
                <dt>Workspace</dt>
                <dd className="mono">{workspaceCommit.slice(0, 12)}</dd>
              </>
            )}
          </dl>
          <Json value={state} label="State of the checkpoint" />
        </Stack>
      )}
    </Answered>
  );
}
