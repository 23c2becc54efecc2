import { Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { items, type StepView } from '#client';
import { api } from '../api.js';
import { Answered } from '../shown/states.js';
import type { CodingResult } from './shapes.js';

/** Tools whose output is what somebody would have seen in a terminal. */
const RAN = new Set(['run', 'test', 'setup']);
type Entry = { step: number; tool: string; command: string; output: string };

/** What was run and what came of it, step by step, and the commits that the steps left. */
export function CodingLog({ runId, commits }: { runId: string; commits: CodingResult['commits'] }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <section aria-label="Log">
      <Title order={2} size="h6" mb={4}>
        Log
      </Title>
      <ul className="plain" aria-label="Commits">
        {commits.map(({ commit, step }) => (
          <li key={commit}>
            <span className="mono">{commit.slice(0, 10)}</span> after <Link to={`/runs/${runId}?step=${step}`}>step {step}</Link>
          </li>
        ))}
      </ul>
      <details className="fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Commands and tests, with their output</summary>
        {open && <Ran runId={runId} />}
      </details>
    </section>
  );
}

function Ran({ runId }: { runId: string }): ReactNode {
  const query = useQuery({ queryKey: ['log', runId], queryFn: ({ signal }) => readLog(runId, signal) });
  return (
    <Answered query={query} what="the log">
      {(entries) =>
        entries.length === 0 ? (
          <Text size="sm">Nothing was run.</Text>
        ) : (
          entries.map(({ step, tool, command, output }, at) => (
            <div key={at} role="group" aria-label={`Step ${step}: ${tool}`}>
              <Text size="xs" c="dimmed" mt={6}>
                step {step}, {tool} <span className="mono">{command}</span>
              </Text>
              <pre tabIndex={0}>{output}</pre>
            </div>
          ))
        )
      }
    </Answered>
  );
}

async function readLog(runId: string, signal: AbortSignal): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const step of items(api.listSteps, { path: { id: runId }, query: { include: 'content' as const }, signal })) entries.push(...entriesOf(step));
  return entries;
}

/** Answers come in the order of the calls. */
function entriesOf({ step, messages = [] }: StepView): Entry[] {
  const calls = messages.flatMap(({ toolCalls = [] }) => toolCalls);
  const answers = messages.filter(({ role }) => role === 'tool');
  return answers.flatMap(({ toolName = '', content }, at) => (RAN.has(toolName) ? [{ step, tool: toolName, command: String((calls[at]?.args as { command?: unknown } | undefined)?.command ?? ''), output: content }] : []));
}
