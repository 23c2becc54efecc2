import { Button, Group, JsonInput, Stack, Text, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ApprovalView } from '#client';
import { api, queryClient } from '../api.js';
import { useNow } from '../shown/now.js';
import { attempt } from '../shown/tell.js';
import { ago } from '../shown/words.js';
import { Arguments } from './arguments.js';

/** What a run waits for a person to decide. Nothing where it waits for nothing. */
export function Approvals({ runId }: { runId: string }): ReactNode {
  const { data } = useQuery({ queryKey: ['approvals', runId], queryFn: ({ signal }) => api.listApprovals({ path: { id: runId }, signal }) });
  const pending = data?.data.filter(({ status }) => status === 'pending') ?? [];
  if (pending.length === 0) return null;
  return (
    <Stack gap="sm" mb="md">
      {pending.map((one) => (
        <ApprovalCard key={one.id} approval={one} />
      ))}
    </Stack>
  );
}

/** One question to a person, bound to what is shown: an answer to something else is refused by its digest. */
export function ApprovalCard({ approval }: { approval: ApprovalView }): ReactNode {
  const now = useNow();
  const [comment, setComment] = useState('');
  const [edited, setEdited] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { kind, tool, args, detail, step, expiresAt, runId, digest, id } = approval;

  async function decide(decision: 'approve' | 'deny'): Promise<void> {
    setBusy(true);
    await attempt(decision === 'approve' ? 'Approved; the run goes on.' : 'Rejected; the run is told why.', () => api.decideApproval({ path: { id }, body: { decision, digest, ...(comment ? { comment } : {}), ...(decision === 'approve' && edited !== null ? { editedArgs: JSON.parse(edited) as Record<string, unknown> } : {}) } }));
    setBusy(false);
    await Promise.all([queryClient.invalidateQueries({ queryKey: ['approvals', runId] }), queryClient.invalidateQueries({ queryKey: ['runs'] })]);
  }

  return (
    <section className="card" style={{ padding: 14 }} aria-label={`Approval of ${tool}`}>
      <Group justify="space-between" mb={4}>
        <Title order={2} size="h5">
          {kind === 'doubt' ? 'Did this call happen?' : 'May this call be made?'} <span className="mono">{tool}</span>
        </Title>
        <Text size="xs" c="dimmed">
          step {step}, expires {ago(expiresAt, now)}
        </Text>
      </Group>
      {kind === 'doubt' && (
        <Text size="sm" mb="xs">
          The worker was lost while it made this call, which must not be made twice. Look whether it took effect: approve to make it again, reject if it did.
        </Text>
      )}
      {detail !== null && <Arguments args={typeof detail === 'string' ? { detail } : detail} />}
      {edited === null ? <Arguments args={args} /> : <JsonInput label="Arguments" description="Only these are made the call with" autosize minRows={4} maxRows={20} value={edited} onChange={setEdited} validationError="This is no JSON" />}
      <Textarea mt="sm" label="Words to the run" description="Why, or what to do instead" autosize minRows={1} maxRows={6} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
      <Group mt="sm" gap="xs">
        <Button color="teal.9" loading={busy} onClick={() => void decide('approve')}>
          {edited === null ? 'Approve' : 'Approve as edited'}
        </Button>
        <Button color="red" variant="outline" disabled={busy} onClick={() => void decide('deny')}>
          Reject
        </Button>
        <Button variant="default" disabled={busy} onClick={() => setEdited(edited === null ? JSON.stringify(args, null, 2) : null)}>
          {edited === null ? 'Edit' : 'Leave as it was'}
        </Button>
      </Group>
    </section>
  );
}
