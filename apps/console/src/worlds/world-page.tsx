import { Button, Group, Stack, Table, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useParams } from 'react-router';
import { api, queryClient } from '../api.js';
import { Heads } from '../shown/heads.js';
import { PageHead } from '../shown/page-head.js';
import { Rows } from '../shown/rows.js';
import { Answered, Nothing } from '../shown/states.js';
import { attempt } from '../shown/tell.js';
import { clock } from '../shown/words.js';
import { type Entity, eventWords } from './event-words.js';

/** Events that are shown: the latest. */
const EVENTS = 500;

export function WorldPage(): ReactNode {
  const id = useParams()['id']!;
  const world = useQuery({ queryKey: ['world', id], queryFn: ({ signal }) => api.getWorld({ path: { id }, signal }) });
  return (
    <Answered query={world} what="the world">
      {({ name, version, rules }) => (
        <>
          <PageHead title={name} about={`Rules: ${rules}. Version ${version}.`}>
            <Button variant="default" onClick={() => void back('undo', version)}>
              Undo the last turn
            </Button>
            <Button variant="default" onClick={() => void back('redo', version)}>
              Redo
            </Button>
          </PageHead>
          <World id={id} version={version} />
        </>
      )}
    </Answered>
  );

  /** Of the world as it is shown: where somebody changed it meanwhile, it is not theirs that is taken back. */
  async function back(how: 'undo' | 'redo', version: number): Promise<void> {
    const request = { path: { id }, headers: { 'if-match': `"${version}"` } };
    await attempt(how === 'undo' ? 'The turn was taken back.' : 'The turn is there again.', () => (how === 'undo' ? api.undo(request) : api.redo(request)));
    await queryClient.invalidateQueries({ queryKey: ['world', id] });
  }
}

function World({ id, version }: { id: string; version: number }): ReactNode {
  const state = useQuery({ queryKey: ['world', id, 'state', version], staleTime: Infinity, queryFn: ({ signal }) => api.getState({ path: { id, version }, signal }) });
  return (
    <Answered query={state} what="its state">
      {({ entities }) => (
        <Tabs defaultValue="map" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="map">Map</Tabs.Tab>
            <Tabs.Tab value="people">Characters</Tabs.Tab>
            <Tabs.Tab value="relations">Relations</Tabs.Tab>
            <Tabs.Tab value="things">Everything</Tabs.Tab>
            <Tabs.Tab value="log">What happened</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="map">
            <WorldMap id={id} version={version} />
          </Tabs.Panel>
          <Tabs.Panel value="people">
            <People entities={entities} />
          </Tabs.Panel>
          <Tabs.Panel value="relations">
            <Relations entities={entities} />
          </Tabs.Panel>
          <Tabs.Panel value="things">
            <Rows label="Entities" grid="things-grid" head={['Name', 'Type', 'In', 'Attributes']} items={entities.filter((one) => !one.gone)} keyOf={(one) => one.id} height={38}>
              {(one) => (
                <>
                  <span role="cell">{one.name}</span>
                  <span role="cell">{one.type}</span>
                  <span role="cell">{nameIn(entities)(one.in ?? '')}</span>
                  <span role="cell" className="mono">{JSON.stringify(one.attrs)}</span>
                </>
              )}
            </Rows>
          </Tabs.Panel>
          <Tabs.Panel value="log">
            <Log id={id} version={version} entities={entities} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Answered>
  );
}

const nameIn = (entities: Entity[]): ((id: string) => string) => {
  const names = new Map(entities.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
};

/** Fetched and shown as a picture, and not set into the page: what a world holds is somebody's text. */
function WorldMap({ id, version }: { id: string; version: number }): ReactNode {
  const [address, setAddress] = useState<string | null>(null);
  const map = useQuery({ queryKey: ['world', id, 'map', version], staleTime: Infinity, queryFn: async ({ signal }) => (await api.raw('getMap', { path: { id }, headers: { accept: 'image/svg+xml' }, signal })).blob() });
  useEffect(() => {
    if (!map.data) return undefined;
    const made = URL.createObjectURL(new Blob([map.data], { type: 'image/svg+xml' }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [map.data]);
  return (
    <Answered query={map} what="the map">
      {() => address && <img src={address} alt="Map of the places and the ways between them" style={{ maxWidth: '100%', background: '#fff', borderRadius: 8, border: '1px solid var(--hf-line)' }} />}
    </Answered>
  );
}

function People({ entities }: { entities: Entity[] }): ReactNode {
  const name = nameIn(entities);
  const people = entities.filter(({ type, gone }) => type === 'character' && !gone);
  if (people.length === 0) return <Nothing title="Nobody lives here yet" />;
  return (
    <Stack gap="sm">
      {people.map((one) => (
        <section key={one.id} className="card" style={{ padding: 12 }} aria-label={one.name}>
          <Text fw={600}>
            {one.name}
            {one.in && <Text span size="sm" c="dimmed"> in {name(one.in)}</Text>}
          </Text>
          <dl className="facts">
            {Object.entries(one.attrs).map(([attr, value]) => (
              <Fact key={attr} name={attr} value={typeof value === 'string' ? value : JSON.stringify(value)} />
            ))}
            {Object.keys(one.knows).length > 0 && <Fact name="knows" value={Object.entries(one.knows).map(([fact, { how }]) => `${name(fact)} (${how})`).join(', ')} />}
          </dl>
        </section>
      ))}
    </Stack>
  );
}

const Fact = ({ name, value }: { name: string; value: string }): ReactNode => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
);

/** Relations stand with the one who has them, as `relation:towards`. */
function Relations({ entities }: { entities: Entity[] }): ReactNode {
  const name = nameIn(entities);
  const rows = entities.flatMap((one) => Object.entries(one.relations).map(([key, value]) => ({ from: one.name, relation: key.slice(0, key.indexOf(':')), to: name(key.slice(key.indexOf(':') + 1)), value })));
  if (rows.length === 0) return <Nothing title="Nobody feels anything about anybody yet" />;
  return (
    <Table withTableBorder striped>
      <Heads names={['Who', 'Towards', 'What', 'How much']} />
      <Table.Tbody>
        {rows.map((row, at) => (
          <Table.Tr key={at}>
            <Table.Td>{row.from}</Table.Td>
            <Table.Td>{row.to}</Table.Td>
            <Table.Td>{row.relation}</Table.Td>
            <Table.Td>{row.value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Log({ id, version, entities }: { id: string; version: number; entities: Entity[] }): ReactNode {
  const name = useMemo(() => nameIn(entities), [entities]);
  const log = useQuery({ queryKey: ['world', id, 'log', version], staleTime: Infinity, queryFn: ({ signal }) => api.listEvents({ path: { id }, query: { after: Math.max(0, version - EVENTS), limit: EVENTS }, signal }) });
  return (
    <Answered query={log} what="the log">
      {({ data }) => (
        <>
          <Group mb="xs">
            <Text size="sm" c="dimmed">
              The latest {data.length} events, newest first
            </Text>
          </Group>
          <Rows label="Events" grid="log-grid" head={['Version', 'What', 'When']} items={[...data].reverse()} keyOf={(event) => String(event.version)} height={36}>
            {(event) => (
              <>
                <span role="cell">{event.version}</span>
                <span role="cell" title={eventWords(event.change, name)}>{eventWords(event.change, name)}</span>
                <span role="cell">{clock(event.createdAt)}</span>
              </>
            )}
          </Rows>
        </>
      )}
    </Answered>
  );
}
