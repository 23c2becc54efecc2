import { ActionIcon, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { ChatMessage, StepView } from '#client';
import { api } from '../api.js';
import { Icon } from '../shell/icons.js';
import { Tag } from '../shown/tags.js';
import { count, plain, score, span } from '../shown/words.js';
import type { OpenStep } from './run-model.js';

export type StepAsk = { kind: 'rewind' | 'fork'; step: number };
type Props = { runId: string; step: StepView; open: OpenStep | null; onBranch: boolean; chosen: boolean; choose: (step: number) => void; ask: (what: StepAsk) => void; live: boolean };

/** Scrolling past a step asks for nothing. */
const STAYS_MS = 120;

/** One step: what the model thought and said, what it called and what came back, what it cost, and how it looked. */
export function StepCard({ runId, step, open, onBranch, chosen, choose, ask, live }: Props): ReactNode {
  const { drift, steering } = step;
  const isOpen = open?.step === step.step;
  const took = step.endedAt ? Date.parse(step.endedAt) - Date.parse(step.startedAt) : null;
  const classes = ['step-card', onBranch ? '' : 'off', chosen ? 'chosen' : '', isOpen ? 'open' : drift ? `v-${drift.verdict}` : ''];
  return (
    <article className={classes.join(' ')} aria-label={`Step ${step.step}`}>
      <div className="step-line">
        <button type="button" className="step-number" aria-pressed={chosen} onClick={() => choose(step.step)}>
          Step {step.step}
        </button>
        {step.parent !== step.step - 1 && <span className="tag tag-calm">after {step.parent}</span>}
        {!onBranch && <span className="tag tag-calm">left</span>}
        {steering && steering.rung !== 'none' && <span className="tag tag-ask">{steering.holdout ? 'held out: ' : ''}{plain(steering.rung)}</span>}
        {drift && drift.verdict !== 'ok' && <Tag value={drift.verdict} />}
        {step.attempts > 1 && <span className="tag tag-warn">{step.attempts} attempts</span>}
        {isOpen && <Tag value="running" words={open.thinking && !open.text ? 'thinking' : 'writing'} />}
        <span className="key" style={{ marginLeft: 'auto' }}>
          {drift && <span title="overthinking, overacting">{score(drift.overthinking)} / {score(drift.overacting)}</span>}
          {step.outputTokens > 0 && <span>{count(step.promptTokens)} → {count(step.outputTokens)} tokens</span>}
          {took !== null && <span>{span(took)}</span>}
        </span>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`More about step ${step.step}`}>
              <Icon name="menu" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => choose(step.step)}>Signals and checkpoint</Menu.Item>
            <Menu.Item disabled={!live || step.state !== 'closed'} onClick={() => ask({ kind: 'rewind', step: step.step })}>Rewind to here</Menu.Item>
            <Menu.Item disabled={step.state !== 'closed'} onClick={() => ask({ kind: 'fork', step: step.step })}>Fork from here</Menu.Item>
            {!onBranch && step.state === 'closed' && (
              <Menu.Item component={Link} to={`/runs/${runId}/compare/${runId}?headB=${step.step}`}>
                Compare this branch
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </div>
      {isOpen ? <Writing open={open} calls={step.calls} /> : <Content runId={runId} step={step} />}
    </article>
  );
}

/** The open step, while it comes. */
function Writing({ open, calls }: { open: OpenStep; calls: StepView['calls'] }): ReactNode {
  return (
    <div aria-busy="true">
      {open.thinking && (
        <details className="fold" open={!open.text}>
          <summary>Thinking</summary>
          <pre tabIndex={0}>{open.thinking}</pre>
        </details>
      )}
      <div className="step-said" data-open-text>
        {open.text}
        <span className="caret" aria-hidden="true" />
      </div>
      <Calls calls={calls} />
    </div>
  );
}

function Content({ runId, step }: { runId: string; step: StepView }): ReactNode {
  const [stays, setStays] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setStays(true), STAYS_MS);
    return () => clearTimeout(timer);
  }, []);
  const { data } = useQuery({ queryKey: ['step', runId, step.step, step.state, step.attempts], enabled: stays && step.state !== 'open', staleTime: Infinity, gcTime: 60_000, queryFn: ({ signal }) => api.getStep({ path: { id: runId, n: step.step }, query: { include: 'content' }, signal }) });
  if (!data?.messages) return <Calls calls={step.calls} />;
  return (
    <div>
      {data.messages.map((message, at) => (
        <Said key={at} message={message} call={callOf(data, message, at)} />
      ))}
    </div>
  );
}

/** The ledger's row of a tool message: the calls of the last attempt, in the order of the messages. */
function callOf({ messages = [], calls }: StepView, message: ChatMessage, at: number): StepView['calls'][number] | undefined {
  if (message.role !== 'tool') return undefined;
  const last = Math.max(0, ...calls.map(({ attempt }) => attempt));
  return calls.filter(({ attempt }) => attempt === last)[messages.slice(0, at).filter(({ role }) => role === 'tool').length];
}

function Said({ message, call }: { message: ChatMessage; call: StepView['calls'][number] | undefined }): ReactNode {
  const { role, content, thinking, toolCalls = [], toolName } = message;
  if (role === 'tool') {
    return (
      <details className="fold">
        <summary>
          <span className="mono">{toolName ?? 'tool'}</span> answered, {count(content.length)} characters{call?.ms != null && `, ${span(call.ms)}`}
          {call?.failure && <span className="tag tag-bad">{call.failure.code}</span>}
        </summary>
        <pre tabIndex={0}>{content}</pre>
      </details>
    );
  }
  return (
    <>
      {role !== 'assistant' && <span className="tag tag-calm">{role === 'user' ? 'told' : role}</span>}
      {thinking && (
        <details className="fold">
          <summary>Thinking, {count(thinking.length)} characters</summary>
          <pre tabIndex={0}>{thinking}</pre>
        </details>
      )}
      {content && <div className="step-said">{content}</div>}
      {toolCalls.map(({ name, args }, at) => (
        <details key={at} className="fold">
          <summary>
            calls <span className="mono">{name}</span>
          </summary>
          <pre tabIndex={0}>{JSON.stringify(args, null, 2)}</pre>
        </details>
      ))}
    </>
  );
}

function Calls({ calls }: { calls: StepView['calls'] }): ReactNode {
  if (calls.length === 0) return null;
  return (
    <div className="step-line">
      {calls.map(({ call, attempt, tool, state, ms }) => (
        <span key={`${attempt}.${call}`} className={`tag ${state === 'failed' ? 'tag-bad' : 'tag-calm'}`}>
          {tool}
          {ms === null ? ' …' : ` ${span(ms)}`}
        </span>
      ))}
    </div>
  );
}
