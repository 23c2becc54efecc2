import { Accordion, Alert, Autocomplete, Button, Drawer, Group, NumberInput, Select, Stack, TagsInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, type ReactNode, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { type AgentView, ApiError } from '#client';
import { api, wordsOf } from '../api.js';
import { fieldsOf, valuesOf } from '../form/fields.js';
import { SchemaFields } from '../form/schema-fields.js';

type Props = { agent: string | null; agents: AgentView[]; choose: (agent: string | null) => void };

/** The form that starts a run: which agent stands in the address (`?new=research`), its fields come from its schema. */
export function StartRun({ agent, agents, choose }: Props): ReactNode {
  const chosen = agents.find(({ name }) => name === agent);
  return (
    <Drawer opened={agent !== null} onClose={() => choose(null)} title="Start a run" position="right" size={520} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Select label="Agent" data={agents.map(({ name, title }) => ({ value: name, label: title }))} value={chosen?.name ?? null} onChange={(name) => choose(name ?? '')} placeholder="Pick one" data-autofocus mb="xs" allowDeselect={false} />
      {chosen && <AgentForm key={chosen.name} agent={chosen} />}
    </Drawer>
  );
}

type Around = { corpusId?: string; model?: string; maxSteps?: number; tags: string[] };

function AgentForm({ agent }: { agent: AgentView }): ReactNode {
  const navigate = useNavigate();
  const fields = useMemo(() => fieldsOf(agent.input), [agent]);
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [around, setAround] = useState<Around>({ tags: [] });
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const needsWorld = fields.some(({ name }) => name === 'worldId');
  const corpora = useQuery({ queryKey: ['corpora'], queryFn: ({ signal }) => api.listCorpora({ query: { limit: 200 }, signal }) });
  const worlds = useQuery({ queryKey: ['worlds'], enabled: needsWorld, queryFn: ({ signal }) => api.listWorlds({ query: { limit: 200 }, signal }) });
  const runtimes = useQuery({ queryKey: ['runtimes'], queryFn: ({ signal }) => api.list({ signal }), staleTime: 30_000 });
  const models = [...new Set(runtimes.data?.data.flatMap((runtime) => runtime.models) ?? [])];
  const errors = fieldErrors(error);

  async function start(event: SyntheticEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      const { maxSteps, ...rest } = around;
      const run = await api.createRun({ body: { agent: agent.name, input: valuesOf(fields, values), ...rest, ...(maxSteps ? { limits: { maxSteps } } : {}) } });
      await navigate(`/runs/${run.id}`);
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void start(event)} noValidate>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {agent.description}
        </Text>
        {(agent.needsCorpus || agent.name === 'research') && (
          <Select label="Corpus" required={agent.needsCorpus} error={errors['corpusId']} data={corpora.data?.data.map(({ id, name, documents }) => ({ value: id, label: `${name} (${documents})` })) ?? []} value={around.corpusId ?? null} onChange={(corpusId) => setAround({ ...around, corpusId: corpusId ?? undefined })} searchable />
        )}
        <SchemaFields fields={fields} values={values} errors={errors} set={(name, value) => setValues((before) => ({ ...before, [name]: value }))} known={worlds.data ? { worldId: worlds.data.data.map(({ id, name }) => ({ value: id, label: name })) } : {}} />
        <Accordion variant="contained">
          <Accordion.Item value="more">
            <Accordion.Control>Model, limits, tags</Accordion.Control>
            <Accordion.Panel>
              <Stack gap="sm">
                <Autocomplete label="Model" data={['auto', ...models.filter((name) => name !== 'auto')]} value={around.model ?? ''} onChange={(model) => setAround({ ...around, model: model || undefined })} placeholder="as configured" error={errors['model']} />
                <NumberInput label="Most steps" min={1} placeholder={String(agent.limits.maxSteps)} value={around.maxSteps ?? ''} onChange={(maxSteps) => setAround({ ...around, maxSteps: typeof maxSteps === 'number' ? maxSteps : undefined })} error={errors['maxSteps']} />
                <TagsInput label="Tags" value={around.tags} onChange={(tags) => setAround({ ...around, tags })} placeholder="Enter after each" error={errors['tags']} />
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        {error !== null && (
          <Alert color="red" title="The run was not started" role="alert">
            {wordsOf(error)}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            Start
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The API's words about single fields, by the field's name. */
function fieldErrors(error: unknown): Record<string, string> {
  const told = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return Object.fromEntries(told.map(({ path, message }) => [path.split('.')[path.startsWith('input.') || path.startsWith('limits.') ? 1 : 0]!, message]));
}
