import { z } from 'zod';
import { judgeLabelSchema, judgePolicySchema } from './judge.js';
import { modelRoleSchema } from './runtime.js';

export const VERDICTS = ['ok', 'suspect', 'overthinking', 'overacting', 'premature_finish', 'degenerate', 'harness_fault'] as const;
export const verdictSchema = z.enum(VERDICTS);
export type Verdict = z.infer<typeof verdictSchema>;

/** What a tool does to the world, for the drift signals. */
export const TOOL_KINDS = ['read', 'search', 'exec', 'mutate', 'ask', 'finish'] as const;
export type ToolKind = (typeof TOOL_KINDS)[number];

/** What an agent's tool itself says of the agent's way: a signal by the agent's own measure, with the steps it rests on. */
export const toldSignalSchema = z.object({ signal: z.string(), value: z.number().min(0).max(1), steps: z.array(z.int()), hard: z.boolean() });
export type ToldSignal = z.infer<typeof toldSignalSchema>;

/**
 * One tool call as the signals see it. Hashes are of canonical JSON (sorted keys, folded white space);
 * `sketch` is a bottom-k sketch of the result's token shingles, from which overlap with earlier results is estimated.
 */
export const callDigestSchema = z.object({
  tool: z.string(),
  kind: z.enum(TOOL_KINDS),
  args: z.string(),
  result: z.string(),
  error: z.enum(['agent', 'infra']).nullable(),
  /** Share of the result that is new to the run, in [0,1], where the tool knows it; else null. */
  gain: z.number().min(0).max(1).nullable(),
  /** Exempt from repetition signals (polling, batch work over many items). */
  exempt: z.boolean(),
  sketch: z.array(z.int()),
  /** Sketch of the arguments' 2-token shingles: finds calls that are nearly the same. */
  argsSketch: z.array(z.int()).optional(),
  /** What the tool says of the agent's way; missing where nothing. */
  told: z.array(toldSignalSchema).optional(),
});
export type CallDigest = z.infer<typeof callDigestSchema>;

/** What the drift signals keep of a step. Stored with the step, never sent to Temporal. */
export const stepDigestSchema = z.object({
  step: z.int(),
  attempts: z.int(),
  calls: z.array(callDigestSchema),
  /** Bottom-k sketch of the 3-token shingles of the visible text and thought; empty below 12 tokens. */
  text: z.array(z.int()),
  promptTokens: z.int(),
  outputTokens: z.int(),
  thinkingTokens: z.int(),
  contextLimit: z.int(),
  malformed: z.boolean(),
  /** A 50-character chunk repeated without end, or text that compresses far too well. */
  degenerate: z.boolean(),
  /** Digest of the agent's state after the step: unchanged means no progress. */
  state: z.string(),
  finished: z.boolean(),
  /** How far the residual stream leans towards each axis, in [0,1], where the run is steered and asks for it. */
  projection: z.object({ overthinking: z.number(), overacting: z.number() }).optional(),
});
export type StepDigest = z.infer<typeof stepDigestSchema>;

/** The fold's state, carried in each checkpoint so that a rewind or fork takes the right one up again. */
export const driftStateSchema = z.object({
  overthinking: z.number(),
  overacting: z.number(),
  stepsSinceProgress: z.int(),
  /** Mean and count of thinking tokens per step over the first eight steps. */
  thinkingBaseline: z.tuple([z.number(), z.int()]),
  /** Consecutive evaluations above the alarm threshold. */
  sustained: z.int(),
  /**
   * The last ten calls, and hashes of the tools used so far; missing in checkpoints of earlier versions. A call is
   * `step tool likeness flags`: the tool's hash, likeness in hundredths, 1 for again, 2 for an error, 4 for news. It
   * stands in every checkpoint, so it is written short.
   */
  recent: z.object({ calls: z.array(z.string()), tools: z.array(z.string()) }).optional(),
});
export type DriftState = z.infer<typeof driftStateSchema>;

export const driftReasonSchema = z.object({
  /** Name of the signal, for instance `exactRepeat`. */
  signal: z.string(),
  value: z.number(),
  /** The steps that the signal rests on. */
  steps: z.array(z.int()),
});
export type DriftReason = z.infer<typeof driftReasonSchema>;

/** A verdict on one step: scores in [0,1], the three top reasons with their steps. */
export const driftReportSchema = z.object({
  step: z.int(),
  overthinking: z.number().min(0).max(1),
  overacting: z.number().min(0).max(1),
  verdict: verdictSchema,
  /** True where a hard flag fired, which alone is enough for an alarm. */
  hard: z.boolean(),
  reasons: z.array(driftReasonSchema).max(3),
  /** The verdict of a judge that was read with this step, where one was. `alone`: without it there would be no alarm. */
  judge: z.object({ step: z.int(), label: judgeLabelSchema.nullable(), confidence: z.number(), confirmed: z.boolean(), alone: z.boolean() }).optional(),
});
export type DriftReport = z.infer<typeof driftReportSchema>;

/** What can be done about drift while the run goes on, mildest first. */
export const REMEDIES = ['nudge', 'gate_tools', 'resample', 'compact', 'rewind', 'escalate'] as const;
export const remedySchema = z.enum(REMEDIES);
export type Remedy = z.infer<typeof remedySchema>;

export const RUNGS = ['none', ...REMEDIES, 'ask', 'stop'] as const;
export const rungSchema = z.enum(RUNGS);
export type Rung = z.infer<typeof rungSchema>;

/** One remedy in a ladder, with its own bounds where the policy's are not enough. */
export const ladderRungSchema = z.object({
  rung: remedySchema,
  /** How often a run may take it; as often as there are episodes where not given. */
  times: z.int().min(1).optional(),
  /** Steps to leave after it; the policy's `cooldown` where not given. */
  cooldown: z.int().min(0).optional(),
  /** For `gate_tools`: how many turns are offered only tools that look. */
  turns: z.int().min(1).max(20).optional(),
  /** For `resample`: how many turns are drawn; the least drifting one becomes the step's. */
  samples: z.int().min(1).max(4).optional(),
});
export type LadderRung = z.infer<typeof ladderRungSchema>;
/** Remedies by verdict, in the order in which they are tried. A verdict without an entry is only recorded. */
export const ladderSchema = z.partialRecord(verdictSchema, z.array(ladderRungSchema).min(1).max(8));
export type Ladder = z.infer<typeof ladderSchema>;

const policyFields = {
  enabled: z.boolean(),
  /** Steps to leave between two actions. */
  cooldown: z.int().min(0),
  /** Alarms acted on before a person is asked, or the run is stopped. */
  maxEpisodes: z.int().min(0),
  /** Whether a person may be asked; else the run stops with `drift_stopped`. */
  mayAsk: z.boolean(),
  /** Share of alarms that deliberately get no action, so that the remedies' effect can be estimated. */
  holdout: z.number().min(0).max(1),
  /** A second reader of the run's steps; nobody where not given. */
  judge: judgePolicySchema.optional(),
  /** The agent's own ladder. Where not given, a run gets the usual one when it begins. */
  ladder: ladderSchema.optional(),
  /** Remedies whose outcomes show that they hurt this agent with this model: left out. Read when a run begins. */
  off: z.array(remedySchema).optional(),
  /** Which alarms are held out differs from run to run by it. */
  seed: z.int().optional(),
};

/** How the ladder of remedies is climbed; a part of the agent's contract, pinned with the run. */
export const driftPolicySchema = z.object(policyFields);
export type DriftPolicy = z.infer<typeof driftPolicySchema>;
/** What one run does otherwise than its agent's policy says; `judge: null` for none. */
export const driftOverridesSchema = z.strictObject({ ...policyFields, judge: judgePolicySchema.nullable().optional() }).partial();
export type DriftOverrides = z.infer<typeof driftOverridesSchema>;

/** What the ladder remembers; travels in the workflow through continue-as-new. */
export const ladderStateSchema = z.object({
  episodes: z.int(),
  lastActionStep: z.int().nullable(),
  lastRung: rungSchema,
  actions: z.int(),
  /** How often each remedy was taken; missing in executions of earlier versions. */
  taken: z.partialRecord(remedySchema, z.int()).optional(),
  /** Steps to leave after the last action, where the rung has its own number. */
  cooldown: z.int().optional(),
});
export type LadderState = z.infer<typeof ladderStateSchema>;

/** A decision of the ladder, as it is recorded and applied. */
export const steeringSchema = z.object({
  rung: rungSchema,
  /** The step whose report led to it. */
  step: z.int(),
  verdict: verdictSchema,
  reasons: z.array(driftReasonSchema).max(3),
  holdout: z.boolean().default(false),
  /** For `rewind` and `escalate`: the step to go back to. */
  toStep: z.int().optional(),
  /** For `gate_tools`: how many turns. */
  turns: z.int().optional(),
  /** For `resample`: how many turns are drawn. */
  samples: z.int().optional(),
  /** For `escalate`: the model role that the run goes on with. */
  role: modelRoleSchema.optional(),
  /** Remedies that would have come first and are switched off for this agent and model, since they hurt. */
  skipped: z.array(remedySchema).optional(),
  /** For `resample` and `rewind`: the sampling to go on with. */
  sampling: z.object({ temperature: z.number().optional(), repeatPenalty: z.number().optional(), repeatLastN: z.int().optional(), think: z.boolean().optional(), seed: z.int().optional() }).optional(),
});
export type Steering = z.infer<typeof steeringSchema>;
