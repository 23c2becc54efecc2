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
import { NoteButton } from './note.js';
import { Research } from './research.js';
import { isCoding, isResearch, isTurn } from './shapes.js';
import { Turn } from './turn.js';

type Form = readonly [name: string, type: string, ending: string];
const MARKDOWN: Form = ['Markdown', 'text/markdown', 'md'];
const WORD: Form = ['Word', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'];
const PDF: Form = ['PDF', 'application/pdf', 'pdf'];
/** By kind of artifact, where its kind has forms of its own. */
const FORMS: Record<string, Form[]> = { patch: [['Patch', 'text/x-diff', 'diff'], MARKDOWN], clinical_note: [PDF, WORD, MARKDOWN, ['FHIR', 'application/fhir+json', 'json']] };
const USUAL: Form[] = [MARKDOWN, WORD, PDF, ['CSV', 'text/csv', 'csv']];

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
          {isResearch(result) ? <Research result={result} runId={run.id} corpusId={run.corpusId} /> : isCoding(result) ? <Coding result={result} runId={run.id} /> : isTurn(result) ? <Turn result={result} worldId={run.worldId} /> : <Json value={result} label="Result" max={600} />}
        </>
      )}
      {(artifacts.data?.data.length ?? 0) > 0 && (
        <div>
          <Title order={2} size="h6" mb={4}>
            Delivered
          </Title>
          <Stack gap={6}>
            {artifacts.data!.data.map((artifact) => (
              <Artifact key={artifact.id} run={run} artifact={artifact} />
            ))}
          </Stack>
        </div>
      )}
    </Stack>
  );
}

function Artifact({ run, artifact }: { run: RunView; artifact: ArtifactView }): ReactNode {
  const runId = run.id;
  return (
    <div>
      <Group gap={8}>
        <Text size="sm">{artifact.title || plain(artifact.kind)}</Text>
        <Tag value={artifact.verified ? 'verified' : 'pending'} words={artifact.verified ? 'evidence verified' : 'not verified'} />
        {artifact.signOff && <Tag value={artifact.signOff.status === 'signed' ? 'approved' : 'pending'} words={plain(artifact.signOff.status)} />}
      </Group>
      {artifact.kind === 'clinical_note' && <NoteButton run={run} artifactId={artifact.id} />}
      <Group gap={4} mt={4}>
        {(FORMS[artifact.kind] ?? USUAL).map(([name, type, ending]) => (
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
