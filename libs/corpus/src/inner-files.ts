import { createHash } from 'node:crypto';
import { appendInnerFile, type CorpusRef, type IngestionFile, type IngestionFileRef, putBlob, type Tx } from '#store';
import type { InnerFile } from './parse/parsed.js';

/** Attachments of attachments and the like are where it ends. */
const DEEPEST = 3;

/** Registers the files within a file as files of its ingestion, their bytes beside them. @returns how many */
export async function addInnerFiles(tx: Tx, ref: IngestionFileRef, file: IngestionFile, inner: Iterable<InnerFile>): Promise<number> {
  const corpus: CorpusRef = { tenantId: ref.tenantId, corpusId: file.corpusId };
  if (file.name.split(INSIDE).length > DEEPEST) return 0;
  let count = 0;
  for (const one of inner) {
    const name = nameWithin(file.name, one.name);
    count++;
    if ('refused' in one) {
      await appendInnerFile(tx, ref, { name, failure: one.refused });
      continue;
    }
    const sha256 = createHash('sha256').update(one.bytes).digest();
    await putBlob(tx, corpus, sha256, one.bytes);
    await appendInnerFile(tx, ref, { name, sha256 });
  }
  return count;
}

/** Stands between an archive's name and its entry's. */
const INSIDE = ' › ';
// eslint-disable-next-line no-control-regex
const nameWithin = (outer: string, inner: string): string => `${outer}${INSIDE}${inner.replace(/[\u0000-\u001f\u007f]/g, '').slice(0, 400)}`;
