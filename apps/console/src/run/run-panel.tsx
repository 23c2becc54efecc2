import { Anchor, Progress, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { RunView } from '#client';
import { Json } from '../shown/json.js';
import { bytes, clock, count, span } from '../shown/words.js';

/** What the run was given, what it has used, and where else to look at it. */
export function RunPanel({ run }: { run: RunView }): ReactNode {
  const { limits, limitsLeft, usage, temporal } = run;
  const bars = [
    ['Steps', limits.maxSteps - limitsLeft.maxSteps, limits.maxSteps, count],
    ['Tokens', limits.maxTokens - limitsLeft.maxTokens, limits.maxTokens, count],
    ['Time', (limits.maxSeconds - limitsLeft.maxSeconds) * 1_000, limits.maxSeconds * 1_000, span],
  ] as const;
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h5" mb={6}>
          Limits
        </Title>
        <Stack gap={8}>
          {bars.map(([name, used, most, shown]) => (
            <div key={name}>
              <Text size="xs">
                {name}: {shown(used)} of {shown(most)}
              </Text>
              <Progress value={(100 * used) / most} size="sm" aria-label={`${name} used`} />
            </div>
          ))}
        </Stack>
      </div>
      <dl className="facts">
        <dt>Model</dt>
        <dd>{run.model ?? 'not chosen yet'}</dd>
        <dt>Agent</dt>
        <dd>
          {run.agent}, version {run.agentVersion}
        </dd>
        <dt>Made</dt>
        <dd>{clock(run.createdAt)}</dd>
        {run.startedAt && (
          <>
            <dt>Took</dt>
            <dd>{span((run.endedAt ? Date.parse(run.endedAt) : Date.now()) - Date.parse(run.startedAt))}</dd>
          </>
        )}
        <dt>Tokens</dt>
        <dd>
          {count(usage.promptTokens)} in, {count(usage.outputTokens)} out, {count(usage.thinkingTokens)} of thought
        </dd>
        {run.bytes !== undefined && (
          <>
            <dt>Stored</dt>
            <dd>{bytes(run.bytes)}</dd>
          </>
        )}
        {run.corpusId && (
          <>
            <dt>Corpus</dt>
            <dd>
              <Anchor component={Link} to={`/corpora/${run.corpusId}`}>
                open
              </Anchor>
            </dd>
          </>
        )}
        {run.worldId && (
          <>
            <dt>World</dt>
            <dd>
              <Anchor component={Link} to={`/worlds/${run.worldId}`}>
                open
              </Anchor>
            </dd>
          </>
        )}
        {run.tags.length > 0 && (
          <>
            <dt>Tags</dt>
            <dd>{run.tags.join(', ')}</dd>
          </>
        )}
        <dt>Id</dt>
        <dd className="mono">{run.id}</dd>
        <dt>Temporal</dt>
        <dd>
          {temporal.webUrl ? (
            <Anchor href={temporal.webUrl} target="_blank" rel="noreferrer">
              {temporal.workflowId}
            </Anchor>
          ) : (
            <span className="mono">{temporal.workflowId}</span>
          )}
        </dd>
      </dl>
      <div>
        <Title order={2} size="h5" mb={6}>
          Input
        </Title>
        <Json value={run.input} label="Input of the run" />
      </div>
    </Stack>
  );
}
