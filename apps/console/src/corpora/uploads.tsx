import { Button, FileButton, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import type { IngestionFile } from '#client';
import { api, queryClient, wordsOf } from '../api.js';
import { Icon } from '../shell/icons.js';
import { Tag } from '../shown/tags.js';
import { bytes, plain } from '../shown/words.js';
import { upload } from './upload.js';

type Sent = { key: number; name: string; size: number; share: number; ingestionId?: string; error?: string };
const POLL_MS = 700;

/** Takes files by drop or by choice, sends them one after the other, and shows of each how far it is. */
export function Uploads({ corpusId }: { corpusId: string }): ReactNode {
  const [sent, setSent] = useState<Sent[]>([]);
  const [over, setOver] = useState(false);
  const next = useRef(1);
  const queue = useRef<Promise<void>>(Promise.resolve());

  function take(files: File[]): void {
    for (const file of files) {
      const key = next.current++;
      const change = (more: Partial<Sent>): void => setSent((all) => all.map((one) => (one.key === key ? { ...one, ...more } : one)));
      setSent((all) => [{ key, name: file.name, size: file.size, share: 0 }, ...all]);
      queue.current = queue.current.then(async () => {
        try {
          change({ ingestionId: await upload(corpusId, file, (share) => change({ share })), share: 1 });
        } catch (error) {
          change({ error: wordsOf(error) });
        }
      });
    }
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take([...event.dataTransfer.files]);
  };
  return (
    <Stack gap="xs">
      <div className={over ? 'drop over' : 'drop'} onDragOver={(event) => (event.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={onDrop}>
        <Text size="sm" mb={8}>
          Drop files here: PDF, Word, PowerPoint, EPUB, HTML, Markdown, text, archives.
        </Text>
        <FileButton onChange={take} multiple inputProps={{ 'aria-label': 'Files to add' }}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<Icon name="upload" size={16} />}>
              Choose files
            </Button>
          )}
        </FileButton>
      </div>
      {sent.map((one) => (
        <OneFile key={one.key} corpusId={corpusId} sent={one} />
      ))}
    </Stack>
  );
}

function OneFile({ corpusId, sent }: { corpusId: string; sent: Sent }): ReactNode {
  const { ingestionId, name, size, share, error } = sent;
  const { data } = useQuery({
    queryKey: ['ingestion', ingestionId],
    enabled: ingestionId !== undefined,
    queryFn: async ({ signal }) => {
      const view = await api.getIngestion({ path: { id: corpusId, ingestionId: ingestionId! }, signal });
      if (!isUnderWay(view.status)) void queryClient.invalidateQueries({ queryKey: ['corpus', corpusId] });
      return view;
    },
    refetchInterval: (query) => (isUnderWay(query.state.data?.status ?? 'queued') ? POLL_MS : false),
  });
  const files = data?.files ?? [];
  return (
    <div className="card" style={{ padding: '8px 12px' }} data-upload={name}>
      <Text size="sm">
        <b>{name}</b> {bytes(size)}{' '}
        {error ? <Tag value="failed" words={error} /> : !ingestionId ? `sending, ${Math.round(share * 100)} %` : files.length === 0 ? 'waiting to be read' : null}
      </Text>
      {!error && !ingestionId && <Progress value={share * 100} size="sm" aria-label={`${name}: sent`} />}
      {files.map((file) => (
        <FileState key={file.name} file={file} />
      ))}
    </div>
  );
}

function FileState({ file }: { file: IngestionFile }): ReactNode {
  const { state, pagesRead, pagesTotal, passages, pages, failure, name } = file;
  return (
    <div>
      <Text size="xs" component="div">
        <Tag value={state === 'done' ? 'done' : state === 'failed' ? 'failed' : state === 'pending' ? 'running' : 'queued'} words={state === 'pending' ? 'reading' : plain(state)} /> {name}
        {state === 'pending' && pagesTotal !== null && `, ${pagesRead} of ${pagesTotal} pages`}
        {state === 'done' && `, ${pages} pages, ${passages} passages`}
        {failure && `: ${failure.detail}`}
      </Text>
      {state === 'pending' && <Progress value={pagesTotal ? (100 * pagesRead) / pagesTotal : 5} size="xs" animated aria-label={`${name}: read`} />}
    </div>
  );
}

const isUnderWay = (status: string): boolean => status === 'queued' || status === 'running';
