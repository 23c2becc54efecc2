import { z } from 'zod';
import { runRefSchema } from './activities.js';
import { modelRoleSchema } from './runtime.js';

/** Makes room in a run's window: a step of its own, which hangs on `parent` and changes nothing but what is shown. */
export const compactSchema = runRefSchema.extend({ step: z.int(), parent: z.int(), /** Tokens of the window that the past may have. */ budget: z.int(), /** Old results go by reference, however much room there is: the ladder's remedy. */ mask: z.boolean().optional(), /** The model role that the run goes on with, after `escalate`. */ role: modelRoleSchema.optional() });
export type Compact = z.infer<typeof compactSchema>;
/** As a model call's: whether it follows the configuration, and how often it was moved already. */
export const routedCompactSchema = compactSchema.extend({ routed: z.boolean().optional(), moves: z.int().optional() });
export type RoutedCompact = z.infer<typeof routedCompactSchema>;

/** `mask`: old results are shown by reference; `summary`: the older steps are told in short; `none`: nothing was gained, and all is as it was. */
export const compactOutcomeSchema = z.object({ kind: z.enum(['mask', 'summary', 'none']), tokens: z.int(), unread: z.int() });
export type CompactOutcome = z.infer<typeof compactOutcomeSchema>;

/** What a compaction step says about the branch it stands on. Steps that a rewind leaves behind say nothing any more. */
export const compactionRecordSchema = z.object({
  /** The oldest step that is still shown message by message. */
  keepFrom: z.int(),
  /** Tool results up to this step are shown by reference. */
  maskTo: z.int(),
  /** What came before `keepFrom`, in the model's words; empty where nothing was summarised. */
  summary: z.string(),
  /** What is kept word by word: what people said, and what the model asked to be remembered. Oldest first. */
  pinned: z.array(z.string()),
  /** Steps before `keepFrom` that lead to this one, as ranges with both ends, oldest first: what memory may speak of. */
  ranges: z.array(z.tuple([z.int(), z.int()])),
});
export type CompactionRecord = z.infer<typeof compactionRecordSchema>;
