import { ActivityFailure, ApplicationFailure, continueAsNew, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { IngestionActivities, PictureActivities } from '#activities';
import type { IngestionRef } from '#contracts';
import { type ErrorCode, isErrorCode, PRIORITY_KEYS } from '#contracts/workflow';

const PARALLEL = 2;
const FILES_PER_EXECUTION = 200;

/** One transaction in Postgres: tried until Postgres is back. */
const control = proxyActivities<Pick<IngestionActivities, 'beginIngestion' | 'giveUpFile' | 'finishIngestion' | 'settlePictures'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** Half an hour of tries, for a full disk or a Postgres that is away; not for ever, since a file may kill its reader. */
const reading = proxyActivities<Pick<IngestionActivities, 'ingestFile'>>({
  startToCloseTimeout: '30m',
  // A large page is parsed in one go, and no heartbeat goes out meanwhile.
  heartbeatTimeout: '60s',
  retry: { initialInterval: '1s', maximumInterval: '1m', maximumAttempts: 35 },
});

/** The embedding model is a convenience: where it stays away, the document is searched by words. */
const embedding = proxyActivities<Pick<IngestionActivities, 'embedDocument'>>({
  startToCloseTimeout: '6h',
  heartbeatTimeout: '60s',
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 8 },
});

/** A lane that nobody serves is not waited for: the document is searched by words then. */
const LANE_TIMEOUT = '10m' as const;

/** By the queue of the model that reads pictures: it waits there as long as people's calls go first, and not for a gate that stays away. */
const lookingBy = (taskQueue: string) => proxyActivities<PictureActivities>({
  taskQueue,
  scheduleToStartTimeout: '2h',
  startToCloseTimeout: '30m',
  heartbeatTimeout: '60s',
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 8 },
});

/** Reads an ingestion's files, two at a time; `from` is where an execution takes over from the one before it. */
export async function ingestion(input: IngestionRef & { from?: number }): Promise<void> {
  const ref = { tenantId: input.tenantId, ingestionId: input.ingestionId };
  const from = input.from ?? 0;
  try {
    const begun = await control.beginIngestion(ref);
    let { total } = begun;
    const where = begun.queue ? { taskQueue: begun.queue } : {};
    const until = (): number => Math.min(total, from + FILES_PER_EXECUTION);
    let next = from;
    const lane = async (): Promise<void> => {
      while (next < until()) {
        const n = next++;
        setCurrentDetails(`file ${n + 1} of ${total}`);
        total = Math.max(total, await takeIn(ref, n, { ...where, summary: `file ${n + 1} of ${total}` }));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, lane));
    // An archive that was opened last has files which no lane was left to read.
    while (next < until()) await lane();
    if (until() < total) return await continueAsNew<typeof ingestion>({ ...ref, from: until() });
    await control.finishIngestion(ref);
  } catch (error) {
    // The corpus was deleted meanwhile, and the ingestion with it.
    if (codeOf(error) !== 'not_found') throw error;
  }
}

/** Where an activity goes, if not where the workflow is, and what the Web UI shows of it. */
type Options = { taskQueue?: string; summary: string };

/** @returns how many files the ingestion has now: an archive adds its own. */
async function takeIn(ref: IngestionRef, n: number, options: Options): Promise<number> {
  try {
    for (;;) {
      const { state, corpusId, documentId, total, embedQueue, pictureQueue } = await reading.ingestFile.executeWithOptions(options, [{ ...ref, n }]);
      if (state === 'partial') continue;
      if (documentId && (pictureQueue || state === 'pictured')) await look({ ...ref, n, corpusId, documentId }, pictureQueue, `${options.summary}, pictures`);
      if (state !== 'failed' && documentId) await embed({ tenantId: ref.tenantId, corpusId, documentId }, { ...options, summary: `${options.summary}, vectors` }, embedQueue);
      // Outcomes that were recorded before archives were read have no total.
      return total ?? 0;
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === null || code === 'not_found') throw error;
    await control.giveUpFile({ ...ref, n, code });
    return 0;
  }
}

type Pictured = IngestionRef & { n: number; corpusId: string; documentId: string };

/** Has a document's pictures read; those that stay unread are given up, and the document keeps what it has. */
async function look(file: Pictured, queue: string | undefined, summary: string): Promise<void> {
  const { tenantId, corpusId, documentId } = file;
  const laned = { summary, priority: { priorityKey: PRIORITY_KEYS.batch, fairnessKey: tenantId } };
  try {
    if (queue) while ((await lookingBy(queue).readPictures.executeWithOptions(laned, [{ tenantId, corpusId, documentId }])).left);
  } catch (error) {
    if (codeOf(error) === null) throw error;
  }
  await control.settlePictures(file);
}

/** In the lane of the runtime that embeds, a while at a time, so that tenants take turns. What was recorded before there were lanes names none. */
async function embed(document: { tenantId: string; corpusId: string; documentId: string }, options: Options, lane: string | undefined): Promise<void> {
  const laned = { ...options, priority: { priorityKey: PRIORITY_KEYS.scheduled, fairnessKey: document.tenantId }, ...(lane && { taskQueue: lane, scheduleToStartTimeout: LANE_TIMEOUT }) };
  try {
    while ((await embedding.embedDocument.executeWithOptions(laned, [document])) === 'partial');
  } catch (error) {
    if (codeOf(error) === null) throw error;
  }
}

/** The code that an activity failed with for good; null for a cancel and whatever is not an activity's failure. */
function codeOf(error: unknown): ErrorCode | null {
  if (!(error instanceof ActivityFailure) || error.cause?.name === 'CancelledFailure') return null;
  const type = error.cause instanceof ApplicationFailure ? error.cause.type : null;
  return isErrorCode(type) ? type : 'internal';
}
