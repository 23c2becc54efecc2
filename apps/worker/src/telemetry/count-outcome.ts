import type { AskPerson, FinishOutcome, FinishRun, ModelMoved, ModelOutcome, RoutedCall, StepEnd, Steering, ToolCallInput, ToolOutcome } from '#contracts';
import type { Meters } from '#platform/telemetry';

type M = Meters<'worker'>;

/** Counts what an activity of a run came to, from what it was given and what it gave back: both hold names and numbers only. */
const COUNTERS: Record<string, (m: M, input: never, result: never, seconds: number) => void> = {
  callModel(m, call: RoutedCall, outcome: ModelOutcome | ModelMoved) {
    // A call that is made again, or elsewhere, is the same step's.
    if (call.steering && call.attempt === 1 && !call.again && !call.moves) countSteering(m, call.steering);
    if (outcome.kind === 'rejected') m.add('holdfast_attempts_rejected_total', { code: outcome.code });
    if (outcome.kind === 'closed') countStep(m, outcome.end);
  },
  callTool(m, { tool }: ToolCallInput, outcome: ToolOutcome, seconds: number) {
    m.observe('holdfast_tool_call_seconds', { tool, outcome: outcome.kind }, seconds);
    if (outcome.kind === 'rejected') m.add('holdfast_attempts_rejected_total', { code: outcome.code });
    if (outcome.kind === 'closed') countStep(m, outcome.end);
  },
  askPerson: (m, { steering }: AskPerson) => countSteering(m, steering),
  finishRun(m, { status, steering }: FinishRun, { closed }: FinishOutcome) {
    if (!closed) return;
    m.add('holdfast_runs_finished_total', { status });
    if (steering) countSteering(m, steering);
  },
};

export function countOutcome(meters: M, activityType: string, input: unknown, result: unknown, seconds: number): void {
  COUNTERS[activityType]?.(meters, input as never, result as never, seconds);
}

const countStep = (m: M, { report }: StepEnd): void => m.add('holdfast_steps_total', { verdict: report.verdict });
const countSteering = (m: M, { rung, holdout }: Steering): void => m.add('holdfast_steering_actions_total', { rung, holdout: String(holdout) });
