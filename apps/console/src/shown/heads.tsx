import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** The head of a table. A name that `unseen` holds is there for those who hear the page only. */
export function Heads({ names, unseen = [] }: { names: readonly string[]; unseen?: readonly string[] }): ReactNode {
  return (
    <Table.Thead>
      <Table.Tr>
        {names.map((name) => (
          <Table.Th key={name}>{unseen.includes(name) ? <span className="visually-hidden">{name}</span> : name}</Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  );
}
