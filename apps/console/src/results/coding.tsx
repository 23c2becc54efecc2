import { Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Diff } from '../shown/diff.js';
import { Heads } from '../shown/heads.js';
import { Tag } from '../shown/tags.js';
import { plain } from '../shown/words.js';
import { CodingLog } from './coding-log.js';
import type { CodingResult } from './shapes.js';

const TONE: Record<string, string> = { fixed: 'completed', unverified: 'suspect', not_fixed: 'failed' };

/** A patch with what the tests say of it, before and after. */
export function Coding({ result, runId }: { result: CodingResult; runId: string }): ReactNode {
  const { before, after } = result;
  return (
    <Stack gap="md">
      <div>
        <Tag value={TONE[result.status] ?? result.status} words={plain(result.status)} />
        <Text mt={6} className="wrapped">
          {result.summary}
        </Text>
      </div>
      {result.testCommand && (
        <Table withTableBorder>
          <Table.Caption>
            <span className="mono">{result.testCommand}</span>
          </Table.Caption>
          <Heads names={['Tests', 'Passed', 'Failed', 'Exit']} />
          <Table.Tbody>
            {([['before', before], ['after', after]] as const).map(([name, tests]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td>{tests?.passed ?? '–'}</Table.Td>
                <Table.Td>{tests?.failed ?? '–'}</Table.Td>
                <Table.Td>{tests?.exitCode ?? '–'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {result.flagged.length > 0 && (
        <Text size="sm">
          <Tag value="suspect" words="look closely" /> changes tests, CI or configuration: {result.flagged.join(', ')}
        </Text>
      )}
      <div>
        <Title order={2} size="h6" mb={4}>
          {result.files.length} files changed
        </Title>
        <ul style={{ margin: 0, paddingLeft: 18 }}>
          {result.files.map(({ path, status, added, removed }) => (
            <li key={path}>
              <span className="mono">{path}</span> {status}, +{added} −{removed}
            </li>
          ))}
        </ul>
      </div>
      <Diff text={result.patch} label="The patch" />
      <CodingLog runId={runId} commits={result.commits} />
      {result.notes.length > 0 && <Text size="sm" c="dimmed">{result.notes.join(' ')}</Text>}
      <Text size="xs" c="dimmed">
        on <span className="mono">{result.branch}</span>, from <span className="mono">{result.base.slice(0, 10)}</span> to <span className="mono">{result.commit.slice(0, 10)}</span>
      </Text>
    </Stack>
  );
}
