import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { api } from '../api.js';
import { Answered, Failed, Waiting } from '../shown/states.js';
import type { Box, DrawnPage } from './pdf.js';

/** What is to be seen of a document: a page, and on it a quotation, or the part of a picture where it was recognised. */
export type Spot = { corpusId: string; documentId: string; documentName: string; page: number | null; quote: string; region?: number[] };

/** The page as it looks, from the file as it came; nothing for formats that have no look of their own. */
export function PagePicture({ spot }: { spot: Spot }): ReactNode {
  const { corpusId, documentId } = spot;
  const document = useQuery({ queryKey: ['document', documentId], staleTime: Infinity, queryFn: ({ signal }) => api.getDocument({ path: { id: corpusId, documentId }, signal }) });
  const mediaType = document.data?.mediaType ?? '';
  const isPdf = mediaType === 'application/pdf' && spot.page !== null;
  const isPicture = /^image\/(png|jpeg|gif|webp|bmp)$/.test(mediaType);
  const file = useQuery({ queryKey: ['original', documentId], enabled: isPdf || isPicture, staleTime: Infinity, gcTime: 60_000, queryFn: async ({ signal }) => (await api.raw('getOriginal', { path: { id: corpusId, documentId }, signal })).blob() });
  if (!isPdf && !isPicture) return null;
  return <Answered query={file} what="the page">{(blob) => (isPdf ? <PdfPage key={`${documentId} ${spot.page}`} file={blob} spot={spot} /> : <Picture file={blob} spot={spot} />)}</Answered>;
}

const nameOf = ({ documentName, page }: Spot): string => (page === null ? documentName : `Page ${page} of ${documentName}`);

function PdfPage({ file, spot }: { file: Blob; spot: Spot }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, setDrawn] = useState<DrawnPage | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { page, quote } = spot;
  useEffect(() => {
    const controller = new AbortController();
    // The reader is large, and most visits open no PDF.
    Promise.all([import('./pdf.js'), file.arrayBuffer()])
      .then(([{ drawPage }, bytes]) => drawPage(bytes, page!, quote, canvas.current!, box.current!.clientWidth, controller.signal))
      .then((done) => controller.signal.aborted || setDrawn(done))
      .catch((thrown: unknown) => controller.signal.aborted || setError(thrown));
    return () => controller.abort();
  }, [file, page, quote]);
  const boxes = spot.region?.length === 4 ? [spot.region as Box] : (drawn?.boxes ?? []);
  return (
    <div ref={box}>
      {error !== null && <Failed error={error} />}
      {!drawn && error === null && <Waiting what="the page" />}
      <div className="sheet" hidden={!drawn}>
        <canvas ref={canvas} role="img" aria-label={`${nameOf(spot)}${boxes.length > 0 ? ', with the quotation marked' : ''}`} />
        {drawn && <Marks boxes={boxes} />}
      </div>
      {drawn && boxes.length === 0 && <Text size="xs" c="dimmed">The quotation could not be placed on the picture of the page; it is marked in the text below.</Text>}
    </div>
  );
}

function Picture({ file, spot }: { file: Blob; spot: Spot }): ReactNode {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  if (!address) return null;
  return (
    <div className="sheet">
      <img src={address} alt={nameOf(spot)} />
      {spot.region?.length === 4 && <Marks boxes={[spot.region as Box]} />}
    </div>
  );
}

function Marks({ boxes }: { boxes: Box[] }): ReactNode {
  const share = (part: number): string => `${100 * part}%`;
  return boxes.map(([left, top, width, height], at) => <span key={at} className="sheet-mark" aria-hidden="true" ref={at === 0 ? intoView : undefined} style={{ left: share(left), top: share(top), width: share(width), height: share(height) }} />);
}

const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'center' });
