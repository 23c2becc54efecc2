import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { researchContract } from '#agents/research/contract';
import { LOCAL_TENANT } from '#contracts';
import { withTx } from '#store';
import { pdfOf } from '../../libs/corpus/src/testing/pictures.js';
import { writeZip } from '../../libs/corpus/src/zip/write-zip.js';
import { Library } from '../harness/library.js';
import { type RestApi, serveApi } from '../harness/rest-api.js';
import { Stack } from '../harness/stack.js';
import { until } from '../harness/until.js';

jest.setTimeout(240_000);

const PAGES = 240;
const TEXTS = 60;
const ZIPPED = 3;

/** The process that reads dies by SIGKILL at several moments of several ingestions, and a client sees each of them end whole. */
describe('kill -9 in the middle of an ingestion', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-kill-ingestion-'));
  let stack: Stack;
  let api: RestApi;
  beforeAll(async () => {
    stack = await Stack.start();
    api = await serveApi({ ...(stack.api.options.env as Record<string, string>), HOLDFAST_INGEST_DIRS: folder }, [researchContract]);
  });
  afterAll(async () => {
    await api?.stop();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  type Seen = { state: string; pagesRead: number; settled: number; embedded: number; passages: number };
  /** What Postgres has of a library's ingestion, where a client would be a moment late. */
  const look = async (library: Library): Promise<Seen> =>
    withTx(stack.pool, LOCAL_TENANT, async (tx) => {
      const { rows } = await tx.query<Seen>(
        `select i.status as state, max(f.pages_read) filter (where f.state = 'pending') as "pagesRead", count(*) filter (where f.state <> 'pending') as settled,
           (select count(*) from passages p where p.corpus_id = i.corpus_id and p.embed_model is not null) as embedded, (select count(*) from passages p where p.corpus_id = i.corpus_id) as passages
         from ingestions i join ingestion_files f using (tenant_id, ingestion_id) where i.corpus_id = $1 group by i.corpus_id, i.status`,
        [library.id],
      );
      return rows[0]!;
    });

  type Begun = { library: Library; id: string; name: string };
  async function begin(name: string, write: (inside: string) => Promise<void> | void): Promise<Begun> {
    const inside = join(folder, name);
    mkdirSync(inside);
    await write(inside);
    const library = await Library.make(api);
    return { library, id: await library.begin({ path: inside }), name };
  }

  /** Kills the worker as soon as `moment` has come, sees that the ingestion is under way, and has a new worker begin. */
  async function killAt({ library, name }: Begun, moment: (seen: Seen) => boolean, more: () => Promise<void> = async () => undefined): Promise<void> {
    await until(`the moment in ${name}`, async () => moment(await look(library)), 30_000, 2);
    await stack.worker.kill();
    const left = await look(library);
    expect(left).toMatchObject({ state: 'running' });
    expect(left.settled < TEXTS || left.embedded < left.passages).toBe(true);
    await more();
    await stack.worker.start();
  }

  const textOf = (name: string, i: number): string => `The ${name} report number${i} tells of ${name}word${i}.`;
  const writeTexts = (inside: string, name: string): void => {
    for (let i = 0; i < TEXTS; i++) writeFileSync(join(inside, `${String(i).padStart(3, '0')}.txt`), textOf(name, i));
  };
  const longPdf = (name: string): Promise<Buffer> => pdfOf(Array.from({ length: PAGES }, (_, i) => `Page ${i + 1} of the ${name} book tells of ${name}page${i + 1}.`));

  it('no file twice, and none lost, whenever it dies: between files, within a long one, before a result is told, while vectors are made', async () => {
    // Readers that died are missed after a minute, all of these in the same one.
    const files = await begin('files', (inside) => {
      writeTexts(inside, 'files');
      writeFileSync(join(inside, 'again.txt'), textOf('files', 7));
      writeFileSync(join(inside, 'broken.pdf'), '%PDF-1.4 broken');
      writeFileSync(join(inside, 'zipped.zip'), writeZip(Array.from({ length: ZIPPED }, (_, i) => ({ name: `${i}.txt`, body: textOf('zipped', i) }))));
    });
    await killAt(files, (seen) => seen.settled >= 5);

    const pages = await begin('pages', async (inside) => writeFileSync(join(inside, 'book.pdf'), await longPdf('pages')));
    await killAt(pages, (seen) => (seen.pagesRead ?? 0) > 0);

    // What it has committed reaches nobody: the same file is read again by the next worker.
    const untold = await begin('untold', (inside) => writeTexts(inside, 'untold'));
    await until('a file of untold', async () => (await look(untold.library)).settled >= 3, 30_000, 2);
    await stack.doors.temporal.cut();
    await sleep(300);
    await killAt(untold, () => true, () => stack.doors.temporal.open());

    const vectors = await begin('vectors', async (inside) => writeFileSync(join(inside, 'book.pdf'), await longPdf('vectors')));
    await killAt(vectors, (seen) => seen.embedded > 0);

    await Promise.all([untold, vectors, pages, files].map(whole));
    expect(await names(files)).toEqual([...Array.from({ length: TEXTS }, (_, i) => `${String(i).padStart(3, '0')}.txt`), ...Array.from({ length: ZIPPED }, (_, i) => `zipped.zip › ${i}.txt`)].sort());
    expect(await states(files)).toEqual({ done: TEXTS + ZIPPED, duplicate: 1, failed: 1, expanded: 1 });
    expect(await names(untold)).toHaveLength(TEXTS);
    for (const book of [pages, vectors]) {
      expect((await book.library.documents()).map((d) => [d.name, d.pages])).toEqual([['book.pdf', PAGES]]);
      for (const n of [1, 32, 33, PAGES]) expect((await book.library.search(`${book.name}page${n}`)).hits[0]).toMatchObject({ page: n });
    }
    for (const i of [0, 4, 5, TEXTS - 1]) expect((await files.library.search(`filesword${i}`, '&limit=5')).hits.filter((h) => h.text.includes(`filesword${i}.`))).toHaveLength(1);
  });

  const names = async ({ library }: Begun): Promise<string[]> => (await library.documents()).map((d) => d.name).sort();
  async function states({ library, id }: Begun): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state } of (await library.ingestion(id)).files) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  /** The ingestion ends; each passage stands once among the terms and has its vector, and nothing half read is left. */
  async function whole({ library, id }: Begun): Promise<void> {
    await library.ended(id, 150_000);
    await until('all vectors', async () => {
      const seen = await look(library);
      return seen.embedded === seen.passages;
    }, 90_000, 250);
    const { rows } = await withTx(stack.pool, LOCAL_TENANT, (tx) =>
      tx.query<Record<string, number>>(
        `select (select sum(passages) from documents where corpus_id = $1) - (select count(*) from passages where corpus_id = $1) as passages,
           (select sum(passages) from term_segments where corpus_id = $1) - (select count(*) from passages where corpus_id = $1) as termed,
           (select sum(pages) from documents where corpus_id = $1) - (select count(*) from pages join documents using (tenant_id, document_id) where corpus_id = $1) as pages,
           (select count(*) from ingestion_pages where ingestion_id = $2) as "halfRead",
           (select count(*) from ingestion_files where ingestion_id = $2 and state = 'pending') as pending`,
        [library.id, id],
      ),
    );
    expect(rows[0]).toEqual({ passages: 0, termed: 0, pages: 0, halfRead: 0, pending: 0 });
  }
});
