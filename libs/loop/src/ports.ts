import type { AbandonStep, ApplyInbox, AskPerson, Compact, CompactOutcome, FinishOutcome, FinishRun, InboxOutcome, ModelCall, ModelOutcome, RunRef, ToolCallInput, ToolOutcome } from '#contracts';

type Without<T> = Omit<T, keyof RunRef>;

/**
 * What the loop needs of the world. In production these are Temporal activities and the workflow's own primitives; in
 * specs they are plain functions. A port that fails for good throws `PortFailure`; everything else is a value.
 */
export interface LoopPorts {
  callModel(input: Without<ModelCall>): Promise<ModelOutcome>;
  callTool(input: Without<ToolCallInput>, timeoutMs: number): Promise<ToolOutcome>;
  abandonStep(input: Without<AbandonStep>): Promise<void>;
  applyInbox(input: Without<ApplyInbox>): Promise<InboxOutcome>;
  askPerson(input: Without<AskPerson>): Promise<void>;
  finishRun(input: Without<FinishRun>): Promise<FinishOutcome>;
  /** Makes room in the window, as a step; where it is not given, or may not be called yet, none is made. */
  compact?(input: Without<Compact>): Promise<CompactOutcome>;
  /** Whether this execution's history may have a compaction at this point. */
  mayCompact?(): boolean;
  /** Has the run's steps up to `step` judged, and comes back at once: the verdict is read when a later step closes. */
  askJudge?(input: { step: number }): void;
  /** Whether a wake came since the last call of `clearWake`. */
  wakePending(): boolean;
  clearWake(): void;
  /** Waits for a wake, at most `seconds`. Returns false where the time ran out first. */
  waitForWake(seconds: number): Promise<boolean>;
  /** Whole seconds since the run started. */
  elapsedSeconds(): number;
  /** True where this execution's history is long enough to go on in a new one. Asked where nothing is in flight. */
  shouldContinueAsNew(): boolean;
  /** Shows that the run waits for somebody, and that it goes on. */
  showWaiting?(status: 'waiting_approval' | 'running'): void;
  /** Shows that the run waits between two steps, and that it goes on. */
  showPausing?(status: 'paused' | 'waiting_input' | 'running'): void;
  /** Shows how far the run is: called after each step. */
  showProgress(p: { step: number; verdict: string; overthinking: number; overacting: number; steering: string | null; /** Of the run so far. */ tokens: number }): void;
}
