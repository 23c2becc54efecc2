import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Info } from '@temporalio/activity';
import { type FinishOutcome, madeAt, runSpan, traceIdOf, WORKFLOWS } from '#contracts';
import { type ActiveSpan, type Attributes, inScope, logFields, OPERATIONS, type Scope, traceparentOf, type Tracing } from '#platform/telemetry';
import { countOutcome } from './count-outcome.js';
import type { WorkerTelemetry } from './telemetry.js';

/** Of what an activity is given, the ids and names that say what it is about. */
export type ActivityInput = { runId?: string; step?: number; attempt?: number; tool?: string };

/**
 * Stands around every activity: what is logged meanwhile carries the ids of its run and step; where the execution is
 * part of a trace the activity is a span of it; where there are metrics its outcome is counted.
 */
export function observeActivities({ tracing, meters }: WorkerTelemetry): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute({ args, headers }, next) {
        const input = inputOf(args[0]);
        const parent = tracing ? (traceparentOf(headers) ?? ownTrace(tracing, info, input)) : undefined;
        const span = parent && tracing ? tracing.start({ name: nameOf(info, input), parent, attributes: attributesOf(info, input) }) : undefined;
        const started = meters ? performance.now() : 0;
        try {
          const result = await inScope(scopeOf(info, input, span), () => next({ args, headers }));
          if (meters) countOutcome(meters, info.activityType, args[0], result, (performance.now() - started) / 1_000);
          span?.set(outcomeOf(result));
          span?.end();
          if (tracing && info.activityType === 'finishRun' && !traceparentOf(headers)) endOwnTrace(tracing, info, input, result);
          return result;
        } catch (error) {
          span?.end({ error: codeOf(error) });
          throw error;
        }
      },
    },
  });
}

/** Of a run that no traced request began. Its later executions, and those after a resume, go on with it. */
function ownTrace(tracing: Tracing, { workflowType }: Info, { runId }: ActivityInput): string | undefined {
  if (workflowType !== WORKFLOWS.agentRun || runId === undefined) return undefined;
  return runSpan(runId, tracing.keeps(traceIdOf(runSpan(runId, true))));
}

/** The span that its activities hang on, from when the run was made until it ended. */
function endOwnTrace(tracing: Tracing, info: Info, input: ActivityInput, result: unknown): void {
  const span = ownTrace(tracing, info, input);
  const { status } = input as { status?: string };
  if (!span || !(result as FinishOutcome).closed) return;
  const { workflowId, runId: executionId } = info.workflowExecution ?? {};
  tracing.start({ name: `RunWorkflow:${WORKFLOWS.agentRun}`, as: span, startedAt: madeAt(input.runId!), attributes: { workflowId, executionId, runId: input.runId, outcome: status } }).end(status === 'failed' ? { error: status } : {});
}

const inputOf = (arg: unknown): ActivityInput => (typeof arg === 'object' && arg !== null ? arg : {});

function scopeOf({ activityType, attempt: delivery }: Info, { runId, step, attempt }: ActivityInput, span: ActiveSpan | undefined): Scope {
  const log = { activity: activityType, ...(runId === undefined ? {} : { runId }), ...(step === undefined ? {} : { step }), ...(attempt === undefined ? {} : { attempt }), ...(delivery > 1 ? { delivery } : {}), ...logFields(span) };
  return span ? { log, span } : { log };
}

/** A tool call has a name in the conventions; the others go by Temporal's. */
const nameOf = ({ activityType }: Info, { tool }: ActivityInput): string => (tool === undefined ? `RunActivity:${activityType}` : `${OPERATIONS.executeTool} ${tool}`);

function attributesOf({ activityType, attempt: delivery, taskQueue, workflowExecution }: Info, { runId, step, attempt, tool }: ActivityInput): Attributes {
  return {
    activityType, delivery, taskQueue, workflowId: workflowExecution?.workflowId, executionId: workflowExecution?.runId, runId, conversationId: runId, step, attempt,
    ...(tool === undefined ? {} : { operation: OPERATIONS.executeTool, toolName: tool, toolType: 'function' }),
  };
}

function outcomeOf(result: unknown): Attributes {
  const { kind, end, code } = (result ?? {}) as { kind?: string; end?: { report: { verdict: string } }; code?: string };
  return { outcome: code ?? kind, verdict: end?.report.verdict };
}

/** The code that a failure carries at Temporal's edge, or its class. */
function codeOf(error: unknown): string {
  const { type, name } = error as { type?: unknown; name?: unknown };
  return typeof type === 'string' ? type : String(name);
}
