import { z } from 'zod';
import { idSchema } from './ids.js';

/** Ids of entities are the world's own: short names that its events, rules and exports use. */
export const entityIdSchema = z.string().min(1).max(200);

/** How a character came to know a fact. `background`: it knew before the first turn. */
export const knownHowSchema = z.enum(['saw', 'told', 'background']);
export const knowledgeSchema = z.object({ how: knownHowSchema, /** Who told it. */ by: entityIdSchema.nullable(), /** Version at which it learned. */ at: z.int() });
export type Knowledge = z.infer<typeof knowledgeSchema>;

/** A thing of a world. All that is true of it stands in it, so that a world is a set of entities and nothing else. */
export const entitySchema = z.object({
  id: entityIdSchema,
  /** A type of the world's rules: location, exit, character, faction, item, quest, clock, fact, … */
  type: z.string().min(1).max(100),
  name: z.string().max(1_000),
  /** The one holder or place; for an exit the location that it leads out of. */
  in: entityIdSchema.nullable(),
  attrs: z.record(z.string(), z.json()),
  /** Values by `kind:other`, within the bounds of the rules. */
  relations: z.record(z.string(), z.number()),
  /** Facts by id that a character knows. */
  knows: z.record(z.string(), knowledgeSchema),
  /** Used up or destroyed: it stays so that its name can still be told. */
  gone: z.boolean(),
});
export type Entity = z.infer<typeof entitySchema>;
export type Attrs = Entity['attrs'];

const cause = z.string().max(500);
/** What can happen in a world. Each event that is written makes one version. */
export const worldChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('created'), entity: entitySchema.pick({ id: true, type: true, name: true }).extend({ in: entityIdSchema.nullable().default(null), attrs: entitySchema.shape.attrs.default({}) }) }),
  z.strictObject({ kind: z.literal('removed'), id: entityIdSchema, cause }),
  /** Sets attributes; null takes one away. */
  z.strictObject({ kind: z.literal('changed'), id: entityIdSchema, name: z.string().max(1_000).optional(), set: z.record(z.string(), z.json()), cause: cause.optional() }),
  /** A character walks through an exit (`via`); without one it, or an item, is put there for a cause. */
  z.strictObject({ kind: z.literal('moved'), id: entityIdSchema, to: entityIdSchema, via: entityIdSchema.optional(), cause: cause.optional() }),
  z.strictObject({ kind: z.literal('amount'), id: entityIdSchema, attr: z.string(), by: z.number(), cause }),
  z.strictObject({ kind: z.literal('paid'), from: entityIdSchema, to: entityIdSchema, attr: z.string(), amount: z.number().positive() }),
  z.strictObject({ kind: z.literal('related'), relation: z.string(), from: entityIdSchema, to: entityIdSchema, by: z.number(), cause }),
  z.strictObject({ kind: z.literal('learned'), who: entityIdSchema, fact: entityIdSchema, how: knownHowSchema, by: entityIdSchema.nullable().default(null) }),
  z.strictObject({ kind: z.literal('died'), id: entityIdSchema, cause }),
  z.strictObject({ kind: z.literal('ticked'), id: entityIdSchema, by: z.int().min(1) }),
  z.strictObject({ kind: z.literal('rolled'), notation: z.string().max(100), dice: z.array(z.int()), total: z.int(), seed: z.int(), purpose: z.string().max(200) }),
  /** Something said or done that changes no state, kept to be remembered. */
  z.strictObject({ kind: z.literal('noted'), about: z.array(entityIdSchema).max(20), text: z.string().max(4_000) }),
  /** The state is again what it was at a version: undo, redo, or a run's rewind. */
  z.strictObject({ kind: z.literal('restored'), to: z.int().min(0), why: z.enum(['undo', 'redo', 'rewind']) }),
]);
export type WorldChange = z.infer<typeof worldChangeSchema>;
export type WorldChangeInput = z.input<typeof worldChangeSchema>;

export const relationRuleSchema = z.strictObject({ min: z.number(), max: z.number(), /** Most that it may change by in one turn. */ maxChange: z.number().positive() });
export const typeRuleSchema = z.strictObject({
  /** JSON Schema of the type's attributes. */
  attrs: z.record(z.string(), z.json()).default({ type: 'object' }),
  /** Types of what may hold it or be its place; without any it stands on its own. */
  within: z.array(z.string()).default([]),
  /** It must be somewhere. */
  placed: z.boolean().default(false),
});
/** What is left out of tellings: told to the model in `instructions`; words of `never` are looked for in what it tells. */
export const contentPolicySchema = z.strictObject({ instructions: z.string().max(2_000).default(''), never: z.array(z.string().min(1).max(100)).max(500).default([]) });
export type ContentPolicy = z.output<typeof contentPolicySchema>;

export const INVARIANTS = ['containment', 'exits', 'death', 'amounts', 'knowledge', 'relations'] as const;
/** A game's own types and rules; the same store serves a project plan or a research map. */
export const worldRulesSchema = z.strictObject({
  name: z.string().min(1).max(100),
  types: z.record(z.string(), typeRuleSchema),
  relations: z.record(z.string(), relationRuleSchema).default({}),
  /** Attributes that hold an amount, which never falls below 0. */
  amounts: z.array(z.string()).default([]),
  invariants: z.array(z.enum(INVARIANTS)).default([...INVARIANTS]),
  content: contentPolicySchema.optional(),
});
export type WorldRules = z.output<typeof worldRulesSchema>;

export type WorldRef = { tenantId: string; worldId: string };

/** Changes that are made at once or not at all. */
export const worldBatchSchema = z.strictObject({
  /** The same turn is applied once, however often it is sent. */
  turnId: idSchema.optional(),
  /** The entity that acts; none for the game itself. */
  actor: entityIdSchema.optional(),
  changes: z.array(worldChangeSchema).min(1).max(20_000),
});
export type WorldBatch = z.output<typeof worldBatchSchema>;

/** Why a change was refused: the index in the batch (-1: all of it), the rule, and words without content. */
export type Refusal = { index: number; rule: string; reason: string };

export const createWorldSchema = z.strictObject({ name: z.string().min(1).max(200), rules: worldRulesSchema.optional(), changes: z.array(worldChangeSchema).max(20_000).default([]) });
export const worldViewSchema = z.object({ id: idSchema, name: z.string(), rules: z.string(), version: z.int(), parent: z.object({ id: idSchema, version: z.int() }).nullable(), createdAt: z.string() });
export type WorldView = z.infer<typeof worldViewSchema>;
export const worldEventViewSchema = z.object({ version: z.int(), turnId: idSchema.nullable(), actor: z.string().nullable(), change: worldChangeSchema, createdAt: z.string() });
export type WorldEventView = z.infer<typeof worldEventViewSchema>;
export const worldStateViewSchema = z.object({ version: z.int(), hash: z.string(), entities: z.array(entitySchema) });
export const worldDiffSchema = z.object({ from: z.int(), to: z.int(), entities: z.array(z.object({ id: entityIdSchema, before: entitySchema.nullable(), after: entitySchema.nullable() })) });
export type WorldDiff = z.infer<typeof worldDiffSchema>;

/** A turn as it was played: what was said, what the code decided, what was told. */
export const worldTurnSchema = z.object({
  turnId: idSchema,
  firstVersion: z.int(),
  lastVersion: z.int(),
  actor: z.string().nullable(),
  said: z.string().nullable(),
  outcome: z.unknown(),
  telling: z.string().nullable(),
  createdAt: z.string(),
});
export type WorldTurn = z.infer<typeof worldTurnSchema>;

export const worldPageSchema = z.object({ data: z.array(worldViewSchema), nextCursor: z.string().nullable() });
export const worldEventsQuerySchema = z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(1_000).default(200), about: entityIdSchema.optional() });
export const worldEventPageSchema = z.object({ data: z.array(worldEventViewSchema), version: z.int() });
export const worldStateQuerySchema = z.strictObject({ type: z.string().max(100).optional() });
export const worldDiffQuerySchema = z.strictObject({ from: z.coerce.number().int().min(0), to: z.coerce.number().int().min(0) });
export const worldChangedSchema = z.object({ firstVersion: z.int(), version: z.int(), replayed: z.boolean() });
export type WorldChangedView = z.infer<typeof worldChangedSchema>;
export const forkWorldSchema = z.strictObject({ version: z.int().min(0).optional(), name: z.string().min(1).max(200).optional() });
