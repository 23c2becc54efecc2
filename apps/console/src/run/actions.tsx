import { Button, Group, Modal, NumberInput, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { type SyntheticEvent, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import type { RunView } from '#client';
import { api } from '../api.js';
import { Icon } from '../shell/icons.js';
import { attempt } from '../shown/tell.js';
import { isLive, isResumable } from '../shown/words.js';
import type { StepAsk } from './step-card.js';
import { wasResumed } from './use-run.js';

export type Ask = StepAsk | { kind: 'cancel' | 'resume' | 'compare' };
type Props = { run: RunView; ask: (what: Ask) => void };

/** What a person can do with a run as it stands. */
export function Actions({ run, ask }: Props): ReactNode {
  const path = { id: run.id };
  const live = isLive(run.status);
  return (
    <Group gap="xs">
      {live && run.status !== 'paused' && run.status !== 'cancelling' && (
        <Button size="xs" variant="default" leftSection={<Icon name="pause" size={14} />} onClick={() => void attempt('It pauses after its step.', () => api.pauseRun({ path, body: {} }))}>
          Pause
        </Button>
      )}
      {isResumable(run.status) && (
        <Button size="xs" leftSection={<Icon name="play" size={14} />} onClick={() => (run.status === 'paused' ? void attempt('It goes on.', () => api.resumeRun({ path, body: {} })) : ask({ kind: 'resume' }))}>
          Resume
        </Button>
      )}
      <Button size="xs" variant="default" leftSection={<Icon name="compare" size={14} />} onClick={() => ask({ kind: 'compare' })}>
        Compare
      </Button>
      {live && (
        <Button size="xs" variant="default" color="red" leftSection={<Icon name="stop" size={14} />} onClick={() => ask({ kind: 'cancel' })}>
          Cancel
        </Button>
      )}
    </Group>
  );
}

/** A line to the run: it reads it before its next step. */
export function Message({ run }: { run: RunView }): ReactNode {
  const [text, setText] = useState('');
  if (!isLive(run.status)) return null;
  const send = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() && (await attempt('The run reads it before its next step.', () => api.sendMessage({ path: { id: run.id }, body: { text } })))) setText('');
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <Group gap="xs" wrap="nowrap" align="flex-end" mt="xs">
        <Textarea id="message" aria-label="Message to the run" placeholder="Tell the run something" autosize minRows={1} maxRows={6} style={{ flex: 1 }} value={text} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && void send(event)} />
        <Button type="submit" leftSection={<Icon name="send" size={14} />} disabled={!text.trim()}>
          Send
        </Button>
      </Group>
    </form>
  );
}

const TITLES: Record<Ask['kind'], string> = { rewind: 'Rewind the run', fork: 'Fork a new run', cancel: 'Cancel the run', resume: 'Go on with the run', compare: 'Compare with another run' };

/** The question behind an action that needs words or a yes. */
export function AskDialog({ run, what, close }: { run: RunView; what: Ask | null; close: () => void }): ReactNode {
  return (
    <Modal opened={what !== null} onClose={close} title={what && TITLES[what.kind]} closeButtonProps={{ 'aria-label': 'Close' }}>
      {what && <AskForm key={what.kind} run={run} what={what} close={close} />}
    </Modal>
  );
}

function AskForm({ run, what, close }: { run: RunView; what: Ask; close: () => void }): ReactNode {
  const navigate = useNavigate();
  const [words, setWords] = useState('');
  const [model, setModel] = useState('');
  const [number, setNumber] = useState<number | string>(run.limits.maxSteps * 2);
  const [hard, setHard] = useState(false);
  const path = { id: run.id };
  const doIt: Record<Ask['kind'], () => Promise<boolean>> = {
    rewind: () => attempt('It goes back.', () => api.rewindRun({ path, body: { toStep: (what as StepAsk).step, ...(words ? { lesson: words } : {}) } })),
    fork: () =>
      attempt('A new run was forked.', async () => {
        const made = await api.forkRun({ path, body: { fromStep: (what as StepAsk).step, overrides: { ...(model ? { model } : {}), ...(words ? { steering: { message: words } } : {}) } } });
        await navigate(`/runs/${made.id}`);
      }),
    cancel: () => attempt('It is being cancelled.', () => api.cancelRun({ path, body: { mode: hard ? 'terminate' : 'graceful', ...(words ? { reason: words } : {}) } })),
    resume: () => attempt('It goes on.', async () => (await api.resumeRun({ path, body: { limits: { maxSteps: Number(number) } } }), wasResumed(run.id))),
    compare: async () => (await navigate(`/runs/${run.id}/compare/${words.trim()}`), true),
  };
  const send = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (await doIt[what.kind]()) close();
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="sm">
        {what.kind === 'rewind' && <Text size="sm">The run goes on from checkpoint {what.step}. Later steps stay readable, and are left.</Text>}
        {what.kind === 'fork' && <Text size="sm">A new run goes on from checkpoint {what.step}; this one is left as it is.</Text>}
        {what.kind === 'rewind' && <Textarea label="Lesson" description="What the run is to remember from what is undone" autosize minRows={2} value={words} onChange={(event) => setWords(event.currentTarget.value)} data-autofocus />}
        {what.kind === 'fork' && (
          <>
            <TextInput label="Model" placeholder={run.model ?? ''} value={model} onChange={(event) => setModel(event.currentTarget.value)} data-autofocus />
            <Textarea label="Message" description="Words that its first step reads" autosize minRows={2} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
          </>
        )}
        {what.kind === 'cancel' && (
          <>
            <TextInput label="Reason" value={words} onChange={(event) => setWords(event.currentTarget.value)} data-autofocus />
            <Switch label="At once, without letting its step clean up" checked={hard} onChange={(event) => setHard(event.currentTarget.checked)} />
          </>
        )}
        {what.kind === 'resume' && <NumberInput label="Most steps" min={1} value={number} onChange={setNumber} data-autofocus />}
        {what.kind === 'compare' && <TextInput label="Id of the other run" description="A fork of this one, for instance; this run's own id compares two of its branches" required value={words} onChange={(event) => setWords(event.currentTarget.value)} data-autofocus />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button type="submit" color={what.kind === 'cancel' ? 'red' : undefined}>
            {TITLES[what.kind].split(' ')[0]}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
