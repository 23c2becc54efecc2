import { Alert, Button, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SyntheticEvent, type ReactNode, useMemo, useState } from 'react';
import { api, wordsOf } from '../api.js';
import { fieldsOf, valuesOf } from '../form/fields.js';
import { SchemaFields } from '../form/schema-fields.js';

/** A schedule from a cron line and an agent's input. What else a schedule can be is for the API. */
export function NewSchedule({ done }: { done: () => void }): ReactNode {
  const agents = useQuery({ queryKey: ['agents'], queryFn: ({ signal }) => api.listAgents({ signal }) });
  const corpora = useQuery({ queryKey: ['corpora'], queryFn: ({ signal }) => api.listCorpora({ query: { limit: 200 }, signal }) });
  const [about, setAbout] = useState({ name: '', cron: '0 7 * * 1-5', timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, agent: '', corpusId: '' });
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [error, setError] = useState<unknown>(null);
  const agent = agents.data?.data.find(({ name }) => name === about.agent);
  const fields = useMemo(() => (agent ? fieldsOf(agent.input) : []), [agent]);
  const send = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    try {
      await api.createSchedule({ body: { name: about.name, spec: { cron: [about.cron], timezone: about.timezone }, run: { agent: about.agent, input: valuesOf(fields, values), ...(about.corpusId ? { corpusId: about.corpusId } : {}) } } });
      done();
    } catch (thrown) {
      setError(thrown);
    }
  };
  const word = (name: 'name' | 'cron' | 'timezone') => ({ value: about[name], onChange: (event: { currentTarget: { value: string } }) => setAbout({ ...about, [name]: event.currentTarget.value }), required: true });
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      <Stack gap="sm">
        <TextInput label="Name" {...word('name')} data-autofocus />
        <TextInput label="Cron" description="minute, hour, day of the month, month, day of the week" className="mono" {...word('cron')} />
        <TextInput label="Time zone" {...word('timezone')} />
        <Select label="Agent" required data={agents.data?.data.map(({ name, title }) => ({ value: name, label: title })) ?? []} value={about.agent || null} onChange={(name) => setAbout({ ...about, agent: name ?? '' })} />
        {agent?.needsCorpus && <Select label="Corpus" required data={corpora.data?.data.map(({ id, name }) => ({ value: id, label: name })) ?? []} value={about.corpusId || null} onChange={(id) => setAbout({ ...about, corpusId: id ?? '' })} />}
        <SchemaFields fields={fields} values={values} errors={{}} set={(name, value) => setValues((before) => ({ ...before, [name]: value }))} />
        {error !== null && (
          <Alert color="red" role="alert">
            {wordsOf(error)}
          </Alert>
        )}
        <Button type="submit" disabled={!agent}>
          Make it
        </Button>
      </Stack>
    </form>
  );
}
