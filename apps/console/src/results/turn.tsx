import { Anchor, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Tag } from '../shown/tags.js';
import { plain } from '../shown/words.js';
import type { TurnResult } from './shapes.js';

/** A turn of a game: what is told, and what the rules and the dice made of it. */
export function Turn({ result, worldId }: { result: TurnResult; worldId: string | null }): ReactNode {
  return (
    <Stack gap="sm">
      <Text className="wrapped" style={{ lineHeight: 1.6 }}>
        {result.telling}
      </Text>
      <Text size="sm">
        <Tag value={result.ok ? 'done' : 'suspect'} words={plain(result.code)} /> {result.summary}
      </Text>
      {result.rolls.map((roll, at) => (
        <Text key={at} size="sm">
          <span className="mono">{roll.notation}</span> gave <b>{roll.total}</b>
          {roll.purpose && ` for ${roll.purpose}`}
        </Text>
      ))}
      {result.corrected && <Text size="sm" c="dimmed">Code corrected the telling, which contradicted the world.</Text>}
      {worldId && (
        <Anchor component={Link} to={`/worlds/${worldId}`} size="sm">
          The world, at version {result.version} after this turn
        </Anchor>
      )}
    </Stack>
  );
}
