import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ArtifactView, RunView } from '#client';
import { api } from '../api.js';
import { Json } from '../shown/json.js';
import { Tag } from '../shown/tags.js';
import { attempt } from '../shown/tell.js';
import { isLive, plain } from '../shown/words.js';
import { Coding } from './coding.js';
import { Research } from './research.js';
import { isCoding, isResearch, isTurn } from './shapes.js';
import { Turn } from './turn.js';

const FORMS = [['Markdown', 'text/markdown', 'md'], ['Word', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'], ['CSV', 'text/csv', 'csv']] as const;

/** What a run has come to, in the form that its agent's work has. */
export function Outcome({ run }: { run: RunView }): ReactNode {
  const artifacts = useQuery({ queryKey: ['artifacts', run.id], queryFn: ({ signal }) => api.listArtifacts({ path: { id: run.id }, signal }) });
  const result = run.result ?? run.partialResult ?? null;
  return (
    <Stack gap="md">
      {result === null ? (
        <Text size="sm" c="dimmed">
          {isLive(run.status) ? 'The run is under way; its result will stand here.' : 'The run ended without a result.'}
        </Text>
      ) : (
        <>
          {run.result === null && <Text size="sm">What the run had come to when it ended:</Text>}
          {isResearch(result) ? <Research result={result} runId={run.id} corpusId={run.corpusId} /> : isCoding(result) ? <Coding result={result} /> : isTurn(result) ? <Turn result={result} worldId={run.worldId} /> : <Json value={result} label="Result" max={600} />}
        </>
      )}
      {(artifacts.data?.data.length ?? 0) > 0 && (
        <div>
          <Title order={2} size="h6" mb={4}>
            Delivered
          </Title>
          <Stack gap={6}>
            {artifacts.data!.data.map((artifact) => (
              <Artifact key={artifact.id} runId={run.id} artifact={artifact} />
            ))}
          </Stack>
        </div>
      )}
    </Stack>
  );
}

function Artifact({ runId, artifact }: { runId: string; artifact: ArtifactView }): ReactNode {
  return (
    <div>
      <Group gap={8}>
        <Text size="sm">{artifact.title || plain(artifact.kind)}</Text>
        <Tag value={artifact.verified ? 'verified' : 'pending'} words={artifact.verified ? 'evidence verified' : 'not verified'} />
      </Group>
      <Group gap={4} mt={4}>
        {FORMS.map(([name, type, ending]) => (
          <Button key={name} size="compact-xs" variant="default" onClick={() => void attempt(`${name} was saved.`, () => save(runId, artifact, type, ending))}>
            {name}
          </Button>
        ))}
      </Group>
    </div>
  );
}

async function save(runId: string, artifact: ArtifactView, accept: string, ending: string): Promise<void> {
  const answer = await api.raw('getArtifact', { path: { id: runId, artifactId: artifact.id }, headers: { accept } });
  const address = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement('a'), { href: address, download: `${artifact.kind}-${runId.slice(-6)}.${ending}` });
  link.click();
  URL.revokeObjectURL(address);
}
