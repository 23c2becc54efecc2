import { Alert, Button, Group, Modal, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ArtifactView, RunView } from '#client';
import { api, queryClient } from '../api.js';
import { Answered } from '../shown/states.js';
import { Tag } from '../shown/tags.js';
import { attempt } from '../shown/tell.js';
import { clock, plain } from '../shown/words.js';
import { type ClinicalNote, isNote, markedPieces, type Sentence, type SourceSpan, sourcesOf } from './note-shape.js';

/** Opens a note beside what it was drafted from. */
export function NoteButton({ run, artifactId }: { run: RunView; artifactId: string }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Read the draft beside its source</Button>
      <Modal opened={open} onClose={() => setOpen(false)} fullScreen title="The draft beside its source" closeButtonProps={{ 'aria-label': 'Close' }}>
        <Note run={run} artifactId={artifactId} />
      </Modal>
    </>
  );
}

function Note({ run, artifactId }: { run: RunView; artifactId: string }): ReactNode {
  const query = useQuery({ queryKey: ['artifacts', run.id, artifactId], queryFn: ({ signal }) => api.getArtifact({ path: { id: run.id, artifactId }, signal }) });
  return (
    <Answered query={query} what="the note">
      {(artifact) => (isNote(artifact) ? <Beside run={run} artifact={artifact} note={artifact.content} /> : <Text>This is no note.</Text>)}
    </Answered>
  );
}

function Beside({ run, artifact, note }: { run: RunView; artifact: ArtifactView; note: ClinicalNote }): ReactNode {
  const [shown, show] = useState<SourceSpan[]>([]);
  const unsupported = note.sections.flatMap(({ sentences }) => sentences).filter(({ verdict }) => verdict === 'not_in_source').length;
  return (
    <div className="pairs">
      <Source run={run} spans={shown} />
      <Stack gap="md">
        <Group gap="sm">
          <Title order={2} size="h4">
            {artifact.title}
          </Title>
          {note.patient && <Text size="sm">Patient: {note.patient}</Text>}
          <Tag value={unsupported === 0 ? 'ok' : 'suspect'} words={unsupported === 0 ? 'every sentence has its source' : `${unsupported} sentences without support`} />
        </Group>
        {note.findings.map((finding, at) => (
          <Alert key={at} color="yellow" title={plain(finding.kind)}>
            <Text size="sm">{finding.what}</Text>
          </Alert>
        ))}
        {note.sections.map((section) => (
          <section key={section.title} aria-label={section.title}>
            <Title order={3} size="h6">
              {section.title}
            </Title>
            {section.sentences.length === 0 && <Text size="sm" c="dimmed">Not documented</Text>}
            {section.sentences.map((sentence, at) => (
              <SentenceLine key={at} sentence={sentence} show={show} />
            ))}
            {section.removed > 0 && <Text size="xs" c="dimmed">{section.removed} sentences without support were left out.</Text>}
          </section>
        ))}
        {note.omissions.length > 0 && (
          <section aria-label="Left out">
            <Title order={3} size="h6">
              In the source, and not in the note
            </Title>
            {note.omissions.map((one, at) => (
              <div key={at} className="step-line">
                <Tag value={one.important ? 'suspect' : 'queued'} words={plain(one.kind)} />
                <button type="button" className="step-number" onClick={() => show([one.evidence])}>
                  {one.what}
                </button>
              </div>
            ))}
          </section>
        )}
        <SignOff run={run} artifact={artifact} />
      </Stack>
    </div>
  );
}

function SentenceLine({ sentence, show }: { sentence: Sentence; show: (spans: SourceSpan[]) => void }): ReactNode {
  const doubtful = sentence.verdict === 'not_in_source';
  return (
    <p className={doubtful ? 'claim doubtful' : 'claim'}>
      {sentence.text}{' '}
      {sentence.evidence.length > 0 && (
        <button type="button" className="cite" onClick={() => show(sentence.evidence)} aria-label={`Where the source says: ${sentence.text}`}>
          source
        </button>
      )}
      {doubtful && <span className="tag tag-bad">not in the source{sentence.doubts.length > 0 && `: ${sentence.doubts.map(({ text }) => text).join(', ')}`}</span>}
    </p>
  );
}

/** The source's texts with what a chosen sentence rests on; quotations where a part has no text here. */
function Source({ run, spans }: { run: RunView; spans: SourceSpan[] }): ReactNode {
  const sources = sourcesOf(run.input);
  const names = new Set(sources.map(({ name }) => name));
  const elsewhere = spans.filter(({ part }) => !names.has(part));
  return (
    <section aria-label="Source" className="panel card" tabIndex={0} style={{ padding: 14 }}>
      {elsewhere.map((span, at) => (
        <blockquote key={at} className="passage here">
          {span.part}
          {span.page !== null && `, page ${span.page}`}: <mark>{span.quote}</mark>
        </blockquote>
      ))}
      {sources.map(({ name, text }) => (
        <div key={name}>
          <Title order={2} size="h6" mb={4}>
            {plain(name)}
          </Title>
          <div className="said-box" style={{ maxHeight: 'none' }}>
            {markedPieces(text, spans.filter(({ part }) => part === name)).map((piece, at) => (piece.marked ? <mark key={at} ref={intoView}>{piece.text}</mark> : <span key={at}>{piece.text}</span>))}
          </div>
        </div>
      ))}
    </section>
  );
}

const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' });

/** A person's name under exactly this text, or their refusal; afterwards addenda. */
function SignOff({ run, artifact }: { run: RunView; artifact: ArtifactView }): ReactNode {
  const { signOff } = artifact;
  const [words, setWords] = useState('');
  const path = { id: run.id, artifactId: artifact.id };
  const act = async (done: string, work: () => Promise<unknown>): Promise<void> => {
    if (await attempt(done, work)) setWords('');
    await Promise.all([queryClient.invalidateQueries({ queryKey: ['artifacts', run.id] }), queryClient.invalidateQueries({ queryKey: ['approvals', run.id] })]);
  };
  if (!signOff) return null;
  const { status, digest, signature, addenda, decidedBy, decidedAt, comment } = signOff;
  return (
    <section className="card" aria-label="Signature" style={{ padding: 14 }}>
      <Group gap="sm" mb="xs">
        <Title order={3} size="h6">
          Signature
        </Title>
        <Tag value={status === 'signed' ? 'approved' : status === 'in_review' ? 'pending' : 'denied'} words={plain(status)} />
      </Group>
      {status === 'in_review' ? (
        <Stack gap="xs">
          <Text size="sm">You sign the text as it stands here. A draft is no document before that, and cannot be exported as one.</Text>
          <Textarea label="Comment, or the reason of a refusal" autosize minRows={1} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
          <Group gap="xs">
            <Button color="teal.9" onClick={() => void act('Signed.', () => api.signArtifact({ path, body: { digest, ...(words ? { comment: words } : {}) } }))}>
              Sign
            </Button>
            <Button color="red" variant="outline" disabled={!words.trim()} onClick={() => void act('Rejected.', () => api.rejectArtifact({ path, body: { digest, reason: words } }))}>
              Reject
            </Button>
          </Group>
        </Stack>
      ) : (
        <Stack gap="xs">
          <Text size="sm">
            {signature ? `Signed by ${signature.signedBy}, ${clock(signature.signedAt)}` : `${plain(status)}${decidedBy ? ` by ${decidedBy}` : ''}${decidedAt ? `, ${clock(decidedAt)}` : ''}`}
            {comment && `: ${comment}`}
          </Text>
          {addenda.map((one) => (
            <Text key={one.n} size="sm">
              Addendum {one.n}, {one.by}, {clock(one.at)}: {one.text}
            </Text>
          ))}
          {status === 'signed' && (
            <Group gap="xs" align="flex-end" wrap="nowrap">
              <TextInput label="Addendum" value={words} onChange={(event) => setWords(event.currentTarget.value)} style={{ flex: 1 }} />
              <Button disabled={!words.trim()} onClick={() => void act('The addendum stands below the note.', () => api.addAddendum({ path, body: { text: words } }))}>
                Add
              </Button>
            </Group>
          )}
        </Stack>
      )}
    </section>
  );
}
