import type { InjectedSinks, WorkerOptions } from '@temporalio/worker';
import type { EndedExecution, ExecutionEnd } from '#contracts';
import type { Config, Logger } from '#platform';
import { type Meters, openTracing, type Tracing } from '#platform/telemetry';
import type { TraceSinks } from '#workflows/tracing';
import { observeActivities } from './observe-activities.js';
import { installTemporalRuntime } from './temporal-runtime.js';

/** What this process tells of itself; each part is null where it is not configured. */
export type WorkerTelemetry = { tracing: Tracing | null; meters: Meters<'worker'> | null };
export const NO_TELEMETRY: WorkerTelemetry = { tracing: null, meters: null };

/** Installs Temporal's runtime too, so it comes before anything else of the SDK. */
export async function openTelemetry(config: Config, service: 'worker' | 'gate', logger: Logger): Promise<WorkerTelemetry> {
  const meters = await installTemporalRuntime(config, logger);
  return { meters, tracing: await openTracing(config, service, logger) };
}

/** What every worker is created with, so that its activities and executions are seen. */
export function observing(telemetry: WorkerTelemetry): Pick<WorkerOptions, 'interceptors' | 'sinks'> {
  return { interceptors: { activity: [observeActivities(telemetry)] }, sinks: sinksOf(telemetry.tracing) };
}

/** One span an execution, once it has ended: until then those below it hang on an id that is not there yet. */
function sinksOf(tracing: Tracing | null): InjectedSinks<TraceSinks> {
  return {
    holdfastTrace: {
      ended: {
        fn: ({ workflowId, workflowType, runId }, { span, parent, startedAt, endedAt, end }: EndedExecution) =>
          tracing
            ?.start({ name: `RunWorkflow:${workflowType}`, parent, as: span, startedAt, attributes: { workflowId, workflowType, executionId: runId, outcome: end } })
            .end({ at: endedAt, ...(isError(end) ? { error: end } : {}) }),
      },
    },
  };
}

const isError = (end: ExecutionEnd): boolean => end === 'failed';
