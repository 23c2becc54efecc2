import { z } from 'zod';
import { failureSchema } from './errors.js';
import { idSchema } from './ids.js';

export const createCorpusSchema = z.strictObject({ name: z.string().min(1).max(200), description: z.string().max(2_000).optional() });
export const corpusViewSchema = z.object({ id: idSchema, name: z.string(), description: z.string().nullable(), documents: z.int(), passages: z.int(), createdAt: z.string() });
export type CorpusView = z.infer<typeof corpusViewSchema>;

/** Ingest by server-side path (a file or a folder below an allowed folder); uploads come as multipart instead. */
export const ingestPathSchema = z.strictObject({ path: z.string().min(1).max(4_096) });

/** `expanded`: an archive, whose files stand in the list after it. */
export const fileStateSchema = z.enum(['pending', 'done', 'duplicate', 'expanded', 'failed']);
export const ingestionFileSchema = z.object({ name: z.string(), state: fileStateSchema, documentId: idSchema.nullable(), passages: z.int(), pages: z.int(), pagesRead: z.int(), pagesTotal: z.int().nullable(), pictures: z.int(), picturesRead: z.int(), replaced: idSchema.nullable(), failure: failureSchema.nullable() }).describe('`pagesRead` of `pagesTotal` pages are read while it is `pending`; `pictures` are those that a model reads after that, where one that sees is configured; `replaced` is the document of an earlier state of the same file, which this one took the place of.');
export const ingestionViewSchema = z.object({
  id: idSchema,
  corpusId: idSchema,
  status: z.enum(['queued', 'running', 'completed', 'failed']),
  total: z.int(),
  done: z.int(),
  failed: z.int(),
  files: z.array(ingestionFileSchema),
});
export type IngestionView = z.infer<typeof ingestionViewSchema>;

export const documentViewSchema = z.object({
  id: idSchema,
  name: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  pages: z.int(),
  passages: z.int(),
  tags: z.array(z.string()),
  /** When it was published or written, as year-month-day; null where nobody has said. */
  dated: z.string().nullable(),
  createdAt: z.string(),
});
export type DocumentView = z.infer<typeof documentViewSchema>;

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const list = z.union([z.string().transform((s) => s.split(',')), z.array(z.string())]);
/** Narrows a search: lists are separated by commas, dates are documents' own, both ends included. */
const scopeQuery = { documentIds: list.pipe(z.array(idSchema).min(1)).optional(), folder: z.string().min(1).max(1_000).optional().describe('Documents of this folder and below it: a path of the server, or one within the folder that was ingested.'), tags: list.optional(), from: day.optional(), to: day.optional() };

export const searchSchema = z.strictObject({ query: z.string().min(1).max(4_000), limit: z.coerce.number().int().min(1).max(50).default(10), neighbours: z.coerce.number().int().min(0).max(3).default(0).describe('Passages before and behind each hit that come with it.'), ...scopeQuery });

/** A passage found, with its place. `score` is in [0,1]: the mean of its shares by words and by vector among all that either found; only comparable within one answer. */
export const passageHitSchema = z.object({
  passageId: idSchema,
  documentId: idSchema,
  documentName: z.string(),
  page: z.int().nullable(),
  /** Where the passage starts in its page's text, in characters. */
  pageStart: z.int(),
  section: z.string().nullable(),
  text: z.string(),
  score: z.number(),
  /** The passages around it in its document, in order, where they were asked for. */
  before: z.array(z.string()).optional(),
  after: z.array(z.string()).optional(),
});
export type PassageHit = z.infer<typeof passageHitSchema>;
export const searchResultSchema = z.object({ hits: z.array(passageHitSchema), /** False where only full text answered, since no vector came in time. */ vectors: z.boolean() });
export type SearchResult = z.infer<typeof searchResultSchema>;

/** What a document can be found by beside its text; what is left out stays as it is. */
export const describeDocumentSchema = z.strictObject({ tags: z.array(z.string().min(1).max(80)).max(50).optional(), dated: day.nullable().optional() });

export const neighboursSchema = z.object({ data: z.array(z.object({ passageId: idSchema, ordinal: z.int(), page: z.int().nullable(), section: z.string().nullable(), text: z.string() })) });

/** References only: an ingestion's workflow reads the file list from Postgres. */
export const ingestionRefSchema = z.object({ tenantId: z.string(), ingestionId: z.string() });
export type IngestionRef = z.infer<typeof ingestionRefSchema>;
