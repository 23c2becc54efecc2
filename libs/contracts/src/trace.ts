/**
 * What of a trace crosses between processes, beside ids that are there anyway. Workflow code uses this too, so nothing
 * here needs a library. W3C Trace Context: `00-<trace id, 32 hex digits>-<span id, 16>-<flags, 2>`.
 */

/** The header of Temporal's own interceptors, so that other clients' traces go on here. Its value is `TraceHeader` as JSON. */
export const TRACE_HEADER = '_tracer-data';
export type TraceHeader = { traceparent: string };

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
export const isTraceparent = (text: unknown): text is string => typeof text === 'string' && TRACEPARENT.test(text);

export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);
export const spanIdOf = (traceparent: string): string => traceparent.slice(36, 52);

/**
 * The span of a workflow execution, as a child of `parent`. Its id is the random half of the execution's id, a UUIDv7:
 * whoever knows the execution knows its span, and a replay draws no dice.
 */
export function executionSpan(parent: string, executionId: string): string {
  const id = executionId.replaceAll('-', '').slice(16);
  return `${parent.slice(0, 36)}${id}${parent.slice(52)}`;
}

/** The span of a run that no traced request began (a schedule, a batch, the reconciler did): its trace is known by the run's id. */
export function runSpan(runId: string, sampled: boolean): string {
  const id = runId.replaceAll('-', '');
  return `00-${id}-${id.slice(16)}-${sampled ? '01' : '00'}`;
}

/** When an id was made that is a UUIDv7, in milliseconds since the epoch. */
export const madeAt = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

export type ExecutionEnd = 'completed' | 'continued' | 'cancelled' | 'failed';

/** An execution that has ended, for the worker that carried it. Milliseconds since the epoch. */
export type EndedExecution = { span: string; parent: string; startedAt: number; endedAt: number; end: ExecutionEnd };

/** What the workflow sandbox may tell its worker. A sink that nobody gave is an error in the worker's log: give it always. */
export const TRACE_SINK = 'holdfastTrace';
