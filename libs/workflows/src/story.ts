import type { ToolOutcome } from '#contracts';
import { details, type Progress } from './details.js';

/** Steps whose calls are shown, and calls of one step. */
const STEPS = 6;
const CALLS = 3;

type Call = { tool: string; how: string };

/**
 * A run as whoever opens Temporal's Web UI reads it: how far it is, and how the calls of its latest steps came out, as tool
 * and outcome, never arguments. An activity's summary is set when it is scheduled, so the one that comes next says how a
 * call ended.
 */
export class Story {
  private readonly steps = new Map<number, Map<number, Call>>();
  private progressed: Progress | null = null;

  constructor(
    /** Runs that began before the address was known have none. */
    private readonly consoleUrl: string | undefined,
    private readonly runId: string,
  ) {}

  note(step: number, call: number, tool: string, outcome: ToolOutcome): void {
    const calls = this.steps.get(step) ?? new Map<number, Call>();
    calls.set(call, { tool, how: wordsOf(outcome) });
    this.steps.set(step, calls);
    if (this.steps.size > STEPS) this.steps.delete(this.steps.keys().next().value!);
  }

  /** @returns the current details, as Markdown */
  progress(p: Progress): string {
    this.progressed = p;
    return details(`**Step ${p.step}** of ${p.limits.maxSteps}`, p, this.lines(), this.link());
  }

  /** The same at the end; a person's cancel may have come before any step. */
  end(status: string, step: number): string {
    return details(`**${status}** after step ${step}`, this.progressed, this.lines(), this.link());
  }

  private link(): string | null {
    return this.consoleUrl ? `${this.consoleUrl}/runs/${this.runId}` : null;
  }

  private lines(): string[] {
    return [...this.steps].map(([step, calls]) => `${step}: ${callsOf(calls)}`);
  }

  /** `12: read_file, ok` of the latest step that called something. */
  latest(): string | undefined {
    return this.lines().at(-1);
  }
}

function callsOf(calls: Map<number, Call>): string {
  const shown = [...calls.values()].slice(0, CALLS).map(({ tool, how }) => `${tool}, ${how}`);
  return [...shown, ...(calls.size > CALLS ? [`${calls.size - CALLS} more`] : [])].join('; ');
}

function wordsOf(outcome: ToolOutcome): string {
  switch (outcome.kind) {
    case 'done':
    case 'closed':
      return outcome.error ? 'error' : 'ok';
    case 'waiting':
      return 'waits for a person';
    case 'rejected':
      return `refused (${outcome.code})`;
    case 'failed':
      return `failed (${outcome.code})`;
  }
}
