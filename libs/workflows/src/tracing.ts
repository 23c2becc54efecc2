import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { ContinueAsNew, isCancellation, proxySinks, type Sinks, type WorkflowInboundCallsInterceptor, workflowInfo, type WorkflowInterceptorsFactory, type WorkflowOutboundCallsInterceptor } from '@temporalio/workflow';
import { type EndedExecution, type ExecutionEnd, executionSpan, isTraceparent, TRACE_HEADER, type TraceHeader } from '#contracts/workflow';

export interface TraceSinks extends Sinks {
  holdfastTrace: { ended(execution: EndedExecution): void };
}

/**
 * Hands the trace that an execution was started with on to all that it starts, and tells its worker of its end. Without
 * a trace it does nothing. It awaits nothing and draws no ids, so that histories replay the same with it and without.
 * Why it is not Temporal's own: docs/decisions/0151.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  /** What started this execution, and this execution itself: each as the header that goes with what it starts. */
  let above: Headers | null = null;
  let self: Headers | null = null;
  const under = <I extends { headers: Headers }>(input: I, header: Headers | null): I => (header ? { ...input, headers: { ...input.headers, ...header } } : input);
  const inbound: WorkflowInboundCallsInterceptor = {
    execute(input, next) {
      const parent = parentOf(input.headers);
      if (!parent) return next(input);
      const { runId, startTime } = workflowInfo();
      const span = executionSpan(parent, runId);
      above = headerOf(parent);
      self = headerOf(span);
      const ended = (end: ExecutionEnd): void => proxySinks<TraceSinks>().holdfastTrace.ended({ span, parent, startedAt: startTime.getTime(), endedAt: Date.now(), end });
      return next(input).then(
        (result) => (ended('completed'), result),
        (error: unknown) => {
          ended(error instanceof ContinueAsNew ? 'continued' : isCancellation(error) ? 'cancelled' : 'failed');
          throw error;
        },
      );
    },
  };
  const outbound: WorkflowOutboundCallsInterceptor = {
    scheduleActivity: (input, next) => next(under(input, self)),
    startChildWorkflowExecution: (input, next) => next(under(input, self)),
    // The next execution is no child of this one: both hang on what started the chain.
    continueAsNew: (input, next) => next(under(input, above)),
  };
  return { inbound: [inbound], outbound: [outbound] };
};

const headerOf = (traceparent: string): Headers => ({ [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent } satisfies TraceHeader) });

function parentOf(headers: Headers): string | null {
  const payload = headers[TRACE_HEADER];
  if (!payload) return null;
  const { traceparent } = defaultPayloadConverter.fromPayload<Partial<TraceHeader>>(payload);
  return isTraceparent(traceparent) ? traceparent : null;
}
