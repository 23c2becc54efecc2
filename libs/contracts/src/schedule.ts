import { z } from 'zod';
import { runTemplateSchema } from './batch.js';
import { idSchema } from './ids.js';

const part = (least: number, most: number) => z.object({ start: z.int().min(least).max(most), end: z.int().min(least).max(most).optional(), step: z.int().min(1).optional() });
const parts = (least: number, most: number) => z.array(part(least, most)).min(1).optional();

/** Times that match every given part, as on a calendar; a part that is left out matches at its start (hour, minute, second) or always. */
export const calendarSchema = z.strictObject({
  second: parts(0, 59),
  minute: parts(0, 59),
  hour: parts(0, 23),
  dayOfMonth: parts(1, 31),
  /** 0 is Sunday. */
  dayOfWeek: parts(0, 6),
  /** 1 is January. */
  month: parts(1, 12),
  year: parts(2_000, 2_200),
  comment: z.string().max(200).optional(),
});

/** When a schedule fires: any of its crons, intervals and calendars, less what `skip` matches. */
export const scheduleSpecSchema = z
  .strictObject({
    /** Five fields (minute hour day month weekday), or `@daily` and its kin. */
    cron: z.array(z.string().min(1).max(200)).max(20).default([]),
    intervals: z.array(z.strictObject({ everySeconds: z.int().min(1), offsetSeconds: z.int().min(0).default(0) })).max(20).default([]),
    calendars: z.array(calendarSchema).max(20).default([]),
    skip: z.array(calendarSchema).max(20).default([]),
    /** IANA name of the time zone of crons and calendars; a change of the clock moves them as it does clocks on the wall. */
    timezone: z.string().min(1).max(100).default('UTC'),
    startAt: z.iso.datetime({ offset: true }).optional(),
    endAt: z.iso.datetime({ offset: true }).optional(),
    jitterSeconds: z.int().min(0).max(86_400).default(0),
  })
  .refine((s) => s.cron.length + s.intervals.length + s.calendars.length > 0, { message: 'give at least one of cron, intervals and calendars' })
  .refine((s) => isTimezone(s.timezone), { path: ['timezone'], message: 'is not an IANA time zone, such as Europe/Berlin' });
export type ScheduleSpec = z.infer<typeof scheduleSpecSchema>;

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** What happens to a fire while the run of an earlier one is under way. */
export const overlapSchema = z.enum(['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow_all']);
export type Overlap = z.infer<typeof overlapSchema>;

/** The factions and clocks of a world act, as they do between sessions. */
export const worldPassingSchema = z.strictObject({ worldId: idSchema });

/** A batch over what is new in a corpus since the fire before, an item a document: `{{document}}` and `{{documentId}}` in the texts of the run's input stand for its name and id. */
export const corpusBatchSchema = z.strictObject({ run: runTemplateSchema, query: z.string().min(1).max(400).optional().describe('Only documents with a passage that holds these words, as people write them in a search (`"exact words"`, `or`, `-not`).'), maxConcurrency: z.int().min(1).max(1_000).default(8) });

export const createScheduleSchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    spec: scheduleSpecSchema,
    /** What is started: one run, a batch over the documents that are new in the run's corpus since the fire before, or the factions and clocks of a world. */
    run: runTemplateSchema.optional(),
    newDocuments: corpusBatchSchema.optional(),
    world: worldPassingSchema.optional(),
    overlap: overlapSchema.default('skip'),
    /** How far back missed fires are made up for after an outage. */
    catchupSeconds: z.int().min(10).max(31_536_000).default(3_600),
    paused: z.boolean().default(false),
    note: z.string().max(1_000).optional(),
  })
  .refine((s) => [s.run, s.newDocuments, s.world].filter((target) => target !== undefined).length === 1, { message: 'give one of run, newDocuments and world' })
  .refine((s) => s.newDocuments === undefined || s.newDocuments.run.corpusId !== undefined, { path: ['newDocuments', 'run', 'corpusId'], message: 'is needed: the corpus whose new documents are taken' });
export type CreateSchedule = z.infer<typeof createScheduleSchema>;

export const scheduleViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** Null for the passing of a world's time. */
  agent: z.string().nullable(),
  worldId: idSchema.nullable(),
  /** Of new documents, the words that those which are taken hold; null where all are. */
  query: z.string().nullable(),
  kind: z.enum(['run', 'newDocuments', 'world']),
  spec: scheduleSpecSchema,
  overlap: overlapSchema,
  catchupSeconds: z.int(),
  paused: z.boolean(),
  note: z.string().nullable(),
  createdAt: z.string(),
  /** The next fires and the latest ones, as Temporal tells; null where Temporal does not answer. */
  nextTimes: z.array(z.string()).nullable(),
  lastFires: z.array(z.object({ nominalAt: z.string(), runId: idSchema.nullable(), batchId: idSchema.nullable(), /** Of the world, after what happened in it. */ worldVersion: z.int().nullable(), skipped: z.string().nullable() })),
});
export type ScheduleView = z.infer<typeof scheduleViewSchema>;
export const schedulePageSchema = z.object({ data: z.array(scheduleViewSchema), nextCursor: z.string().nullable() });

export const scheduleNoteSchema = z.strictObject({ note: z.string().max(1_000).optional() });
export const triggerScheduleSchema = z.strictObject({ overlap: overlapSchema.optional() });
export const backfillScheduleSchema = z
  .strictObject({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }), overlap: overlapSchema.default('buffer_all') })
  .refine((b) => Date.parse(b.from) < Date.parse(b.to), { path: ['to'], message: 'must lie after from' });
export const scheduleTimesQuerySchema = z.strictObject({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) });
export const scheduleTimesSchema = z.object({ data: z.array(z.string()) });

export type ScheduleRef = { tenantId: string; scheduleId: string };
/** One fire, by the time it was due. */
export type FireSchedule = ScheduleRef & { nominalAt: string };
export type PlacedFire =
  | { kind: 'run'; runId: string; agent: string; live: boolean }
  | { kind: 'batch'; batchId: string; live: boolean }
  /** Done already, with the row. */
  | { kind: 'world'; version: number }
  /** The schedule is gone, or there was nothing to do. */
  | { kind: 'none'; reason: string };
