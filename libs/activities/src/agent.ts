import type { AgentContract, ChatMessage, ChatResult, ErrorCode, Evidence, ModelRole, Sampling, SearchResult, ToldSignal, ToolCallRequest, ToolSpec } from '#contracts';
import type { Runtime } from '#models';
import type { Places, Pool, SearchFilter, Tx } from '#store';

/** What an agent's code may use; the same for every agent. */
export type AgentDeps = {
  pool: Pool;
  runtime: Runtime;
  /** Searches a corpus of the run's tenant. */
  search(tenantId: string, corpusId: string, query: string, limit: number, signal: AbortSignal, filter?: SearchFilter): Promise<SearchResult>;
  /** Context length of a turn in tokens, output included. */
  contextTokens: number;
};

export type TurnContext = {
  tenantId: string;
  runId: string;
  step: number;
  attempt: number;
  /** The run's input, validated by the contract. */
  input: unknown;
  /** The agent's state at the head of the branch. */
  state: unknown;
  corpusId: string | null;
  /** The world that the run plays in: what `begin` said, and of a fork a world of its own. */
  worldId: string | null;
  /** Why the previous attempt of this step was refused, in words for the model; null on a first attempt. */
  rejection: string | null;
  deps: AgentDeps;
};

/** What the model is asked in one turn. */
export type TurnPlan = {
  system: string;
  /** The instruction of this turn, sent last. It is built anew each time and not kept as a message. */
  turn: ChatMessage[];
  /** `branch`: the messages of the run so far, as many as fit, stand between `system` and `turn`. `none`: the turn says it all. */
  history: 'branch' | 'none';
  /** JSON Schema that the output must satisfy. */
  format?: Record<string, unknown>;
  /** Tools offered natively. */
  tools?: ToolSpec[];
  sampling?: Sampling;
  /** Which model the turn asks for; `main` where not given. Holds for runs that name no model. */
  role?: ModelRole;
  /** The world's version, where planning the turn changed it. */
  worldVersion?: number;
};

export type ParsedTurn =
  /** No call: the text stands as the model's turn, and the run goes on. */
  | { ok: true; calls: ToolCallRequest[]; text: string }
  /** Malformed output: the attempt is refused with this reason, in words for the model. */
  | { ok: false; reason: string };

export type ToolContext = TurnContext & {
  call: number;
  /** The same for every delivery of this call; handed to whatever the tool calls. */
  idempotencyKey: string;
  signal: AbortSignal;
};

export type ToolResult = {
  /** What the model reads as the tool's answer. */
  content: string;
  /** The agent's state after the call, where it changed. */
  state?: unknown;
  /** The world's version after the call, where it changed it. */
  worldVersion?: number;
  /** The workspace's commit after the call, where the run has one. */
  workspaceCommit?: string;
  /** Share of the result that is new to the run, in [0,1], where the tool knows. */
  gain?: number;
  /** What the call says of the agent's way, by the agent's own measure; read by the drift check. */
  signals?: ToldSignal[];
  /** The call failed: by the model's doing, or by the surroundings'. `content` says how. */
  error?: 'agent' | 'infra';
  /** The turn is refused and the step tried again with this reason; `fatal` ends the run instead. */
  reject?: { code: ErrorCode; reason: string; fatal?: boolean };
  /** Delivered by a call that does not end the run; `id` is of the tool's choosing, so that a later call can name it. */
  artifact?: ToolArtifact & { id: string };
  /** The run is done. */
  finish?: { result: unknown; artifact?: ToolArtifact };
};

export type ToolArtifact = { kind: string; title: string; content: unknown; evidence: Evidence[]; verified: boolean };

export type Tool = (ctx: ToolContext, args: unknown) => Promise<ToolResult>;

export type BeginContext = { tx: Tx; tenantId: string; runId: string; input: unknown };
export type RestoreContext = Pick<TurnContext, 'tenantId' | 'runId' | 'step' | 'input' | 'state' | 'worldId'> & {
  tx: Tx;
  /** Where the checkpoint has the world and the workspace. */
  target: Places;
  /** Where the run left its world; a world that stands elsewhere was changed by others. */
  leftAt: number | null;
};
export type UndoneContext = Pick<TurnContext, 'tenantId' | 'runId' | 'input' | 'deps'> & { before: unknown; after: unknown };
/** What the step begins with in place of the checkpoint's; what is left out stays. */
export type Restored = { state?: unknown; worldVersion?: number };

/** `detail`: JSON, null where the arguments say it all. */
export type Question = { detail: unknown };

/** An agent's code: pure planning and parsing, and its tools. One folder an agent. */
export interface AgentImplementation {
  contract: AgentContract;
  initialState(input: unknown): unknown;
  /** Called once, as the run begins, in the transaction that writes its first checkpoint: the world it plays in and that world's version. */
  begin?(ctx: BeginContext): Promise<{ worldId: string; worldVersion: number }>;
  /**
   * Called once, in the transaction that opens a step which does not hang on the one before it: takes what the run
   * keeps outside its state (its world) back to where the checkpoint has it. Files need none: a tool finds its commit in the state.
   */
  restore?(ctx: RestoreContext): Promise<Restored>;
  /**
   * What steps that the ladder takes back had made outside the model's words, for the model to read: from the state
   * that the run goes back to, to that of the last of them. Null where that is nothing.
   */
  undone?(ctx: UndoneContext): Promise<string | null>;
  /** What the agent keeps on this machine for its runs, beside Postgres: it goes once its run is deleted. */
  keeps?: { runs(): Promise<string[]>; remove(runId: string): Promise<void> };
  /** The agent's words as they stand in its code, fixed ones and those that are filled in, so that a run says which it began with. */
  prompts?: readonly string[];
  /** What the run has come to, in words or data for whoever asked, where it ends before it is done: at a limit, or stopped for drift. */
  partialResult?(ctx: { input: unknown; state: unknown }): unknown;
  prepareTurn(ctx: TurnContext): Promise<TurnPlan>;
  parseTurn(ctx: TurnContext, out: ChatResult): ParsedTurn;
  tools: Record<string, Tool>;
  /** Its runs have files on the host that works on them: their calls are made there while it is up. */
  keepsFiles?: true;
  /** What follows where a person refused a call, or nobody approved it in time; where nothing is said here the model reads so. */
  refused?: Record<string, (ctx: ToolContext, how: 'denied' | 'expired') => ToolResult>;
  /**
   * For tools whose contract has `approval`: whether this very call asks a person (null: it does not), and what they
   * are shown beside its arguments. A tool that is not named here asks each time. Called again until it was asked.
   */
  asks?: Record<string, (ctx: ToolContext, args: unknown) => Promise<Question | null>>;
  /**
   * For `once` tools: whether an interrupted call took effect. A result where it did, `not done` where it did not and
   * may be made, null where it cannot be known: then a person is asked.
   */
  reconcile?: Record<string, (ctx: ToolContext, args: unknown) => Promise<ToolResult | 'not done' | null>>;
}
