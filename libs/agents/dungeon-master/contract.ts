import { z } from 'zod';
import { type AgentContract, entityIdSchema, idSchema, intentSchema, rollSchema } from '#contracts';

/** Tellings that are refused before one is corrected by code. */
export const MAX_RETELLINGS = 2;
export const MAX_TELLING = 4_000;

/** One turn of a player. Turns of a campaign share its world, and its thread where the client gives one. */
export const dungeonMasterInputSchema = z.strictObject({
  worldId: idSchema,
  /** The character that the player plays. */
  actor: entityIdSchema,
  /** Commands of the game are answered from the state, without a run. */
  said: z.string().min(1).max(2_000).refine((said) => !/^\s*\/\p{L}/u.test(said), { message: 'is a command: GET /v1/worlds/{id}/commands/{command} answers it, and POST /v1/worlds/{id}/undo takes a turn back' }),
  /** The same turn is applied once; the run's own id where left out. An applied turn is told again, without new dice. */
  turnId: idSchema.optional(),
  /** How it is told and what is left out, in words for the model. */
  style: z.string().max(500).default(''),
});
export type DungeonMasterInput = z.output<typeof dungeonMasterInputSchema>;

export const dungeonMasterStateSchema = z.object({
  acted: z.boolean(),
  /** The turn that is played, once it is known; a turn that was taken back is played again under another id. */
  turnId: idSchema.optional(),
});
export type DungeonMasterState = z.infer<typeof dungeonMasterStateSchema>;

export const dungeonMasterResultSchema = z.object({
  turnId: z.string(),
  /** The world's version after the turn. */
  version: z.int(),
  ok: z.boolean(),
  code: z.string(),
  summary: z.string(),
  rolls: z.array(rollSchema),
  telling: z.string(),
  /** Whether code had to correct the telling. */
  corrected: z.boolean(),
});
export type DungeonMasterResult = z.infer<typeof dungeonMasterResultSchema>;

export const tellArgsSchema = z.strictObject({ text: z.string().min(1).max(20_000) });

/** Keeps a world: code decides what a turn does, the model understands the player and tells what came of it. */
export const dungeonMasterContract: AgentContract = {
  name: 'dungeon-master',
  version: '1',
  title: 'Dungeon master',
  description: 'Plays one turn in a world: understands what the player means, lets code decide what comes of it by the rules and the dice, and tells it. What is told is checked against the state of the world.',
  input: dungeonMasterInputSchema,
  result: dungeonMasterResultSchema,
  state: dungeonMasterStateSchema,
  tools: [
    { name: 'act', description: 'Says what the player means to do. Code decides what comes of it.', kind: 'mutate', effect: 'idempotent', parameters: intentSchema, timeoutMs: 30_000 },
    { name: 'tell', description: 'Tells the player what came of the turn.', kind: 'finish', effect: 'idempotent', parameters: tellArgsSchema, timeoutMs: 30_000 },
  ],
  limits: { maxSteps: 6, maxTokens: 100_000, maxSeconds: 3_600 },
  sampling: { temperature: 0.7, maxTokens: 400, repeatPenalty: 1.1 },
  drift: { enabled: true, cooldown: 4, maxEpisodes: 2, mayAsk: false, holdout: 0.1 },
  maxAttempts: MAX_RETELLINGS + 2,
  needsCorpus: false,
};
