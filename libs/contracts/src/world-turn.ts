import { z } from 'zod';
import { entityIdSchema, type WorldChange } from './world.js';

export const VERBS = ['look', 'go', 'take', 'drop', 'give', 'put', 'steal', 'pay', 'open', 'unlock', 'say', 'tell', 'ask', 'persuade', 'attack', 'search', 'use', 'wait', 'other'] as const;
export type Verb = (typeof VERBS)[number];

/** What a player means to do: names are the player's, and code finds what they stand for. */
export const intentSchema = z.object({
  verb: z.enum(VERBS),
  /** Whom or what it is done to: a name. */
  target: z.string().max(200).optional(),
  /** The thing that is given, put, used or asked about. */
  item: z.string().max(200).optional(),
  amount: z.number().min(0).max(1_000_000_000).optional(),
  /** What is said, or the attempt in the player's words. */
  text: z.string().max(2_000).optional(),
});
export type Intent = z.infer<typeof intentSchema>;

/** A roll as it is shown and stored. */
export const rollSchema = z.object({ notation: z.string(), dice: z.array(z.int()), total: z.int(), seed: z.int(), purpose: z.string() });
export type Roll = z.infer<typeof rollSchema>;
/** Rolls dice. The same turn rolls the same. */
export type Dice = (notation: string, purpose: string) => Roll;

/** What code made of an intent. `changes` are empty where it fails by a precondition; what is told is `summary`. */
export type Outcome = { ok: boolean; code: string; summary: string; changes: WorldChange[]; rolls: Roll[] };

/** What a turn's row keeps of its outcome. */
export const outcomeViewSchema = z.object({ ok: z.boolean(), code: z.string(), summary: z.string(), rolls: z.array(rollSchema) });
export type OutcomeView = z.infer<typeof outcomeViewSchema>;

/** What a telling says that is not so. */
export const tellingProblemSchema = z.object({ kind: z.enum(['name', 'holder', 'place', 'count', 'death', 'content']), sentence: z.int(), detail: z.string() });
export type TellingProblem = z.infer<typeof tellingProblemSchema>;

export const metaCommandSchema = z.enum(['inventory', 'map', 'who', 'quests', 'recap', 'look', 'clocks', 'why']);
export type MetaCommand = z.infer<typeof metaCommandSchema>;
export const metaQuerySchema = z.strictObject({ actor: entityIdSchema.optional(), about: entityIdSchema.optional() });
export const metaAnswerSchema = z.object({ command: metaCommandSchema, version: z.int(), lines: z.array(z.string()) });
export type MetaAnswer = z.infer<typeof metaAnswerSchema>;
export const mapQuerySchema = z.strictObject({ actor: entityIdSchema.optional() });
