import type { CompactionRecord, StepDigest } from '#contracts';
import type { PartialDigest, PendingCall, StoredMessage, Turn } from '#store';

/** What the newest steps of a run's branch hold, as far as the next step may need it. */
export type Branch = {
  head: number;
  messages: StoredMessage[];
  /** Tokens of `messages`. */
  tokens: number;
  /** Whether older messages exist that are not here. */
  omitted: boolean;
  /** Newest first. */
  digests: StepDigest[];
  /** What the newest compaction on the branch says, and the step that it is. */
  memory?: { step: number; record: CompactionRecord };
  /** The turn that the step on this head will find, if nobody does anything to the run meanwhile. */
  expected?: Turn | null;
};

/** The open step's attempt, after its model turn was committed by this process. */
export type OpenAttempt = {
  step: number;
  attempt: number;
  pending: Omit<PendingCall<never>, 'done'>;
  messages: StoredMessage[];
  digest: PartialDigest;
  /** Its turn, what it cost counted in. */
  turn: Turn;
};

const MAX_RUNS = 256;
const MAX_DIGESTS = 12;
/** Windows of messages that are held: results that are shown by reference are held whole. */
export const HELD_WINDOWS = 2;

/**
 * Remembers, per run, what the last checkpoint left, so that the next step need not read it back. Only a shortcut:
 * everything here was committed, it is used where the step hangs on exactly that head, and a miss reads Postgres.
 */
export class RunCache {
  readonly #branches = new Map<string, Branch>();
  readonly #open = new Map<string, OpenAttempt>();

  constructor(private readonly maxTokens: number) {}

  /** The attempt whose turn this process committed last, where it is this one. */
  opened(runId: string, step: number, attempt: number): OpenAttempt | null {
    const open = this.#open.get(runId);
    return open?.step === step && open.attempt === attempt ? open : null;
  }

  open(runId: string, attempt: OpenAttempt): void {
    put(this.#open, runId, attempt);
  }

  branch(runId: string, head: number): Branch | null {
    const branch = this.#branches.get(runId);
    return branch?.head === head ? branch : null;
  }

  set(runId: string, branch: Branch): void {
    put(this.#branches, runId, branch);
  }

  forget(runId: string): void {
    this.#branches.delete(runId);
    this.#open.delete(runId);
  }

  /** After a step closed on top of the branch that is held; where that is another branch, or messages are missing, nothing is kept. */
  extend(runId: string, parent: number, step: { step: number; messages: StoredMessage[] | null; digest: StepDigest; expected: Turn | null }): void {
    this.#open.delete(runId);
    const branch = this.branch(runId, parent);
    if (!branch || !step.messages) return this.forget(runId);
    const messages = [...branch.messages, ...step.messages];
    let tokens = branch.tokens + sum(step.messages);
    let from = 0;
    while (tokens > this.maxTokens * HELD_WINDOWS && from < messages.length) {
      // A step leaves whole, so that no tool result stands without its call.
      const oldest = messages[from]!.step;
      while (from < messages.length && messages[from]!.step === oldest) tokens -= messages[from++]!.tokens;
    }
    this.set(runId, {
      head: step.step,
      messages: messages.slice(from),
      tokens,
      omitted: branch.omitted || from > 0,
      digests: [step.digest, ...branch.digests].slice(0, MAX_DIGESTS),
      ...(branch.memory ? { memory: branch.memory } : {}),
      expected: step.expected,
    });
  }
}

/** Keeps the newest entries only. */
function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_RUNS) map.delete(map.keys().next().value as string);
}

export const sum = (messages: StoredMessage[]): number => messages.reduce((n, m) => n + m.tokens, 0);

/** The newest whole steps that fit. */
export function newestThatFit(branch: Pick<Branch, 'messages' | 'omitted'>, budget: number): { messages: StoredMessage[]; omitted: boolean } {
  let from = branch.messages.length;
  let left = budget;
  while (from > 0) {
    const step = branch.messages[from - 1]!.step;
    let start = from;
    let tokens = 0;
    while (start > 0 && branch.messages[start - 1]!.step === step) tokens += branch.messages[--start]!.tokens;
    if (tokens > left) return { messages: branch.messages.slice(from), omitted: true };
    left -= tokens;
    from = start;
  }
  return { messages: branch.messages, omitted: branch.omitted };
}
