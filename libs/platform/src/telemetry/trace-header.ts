import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { isTraceparent, TRACE_HEADER, type TraceHeader } from '#contracts';
import { currentScope, inScope, logFields } from './scope.js';
import type { Tracing } from './tracing.js';

/** The trace that Temporal's headers carry; undefined where there is none. */
export function traceparentOf(headers: Headers): string | undefined {
  const payload = headers[TRACE_HEADER];
  if (!payload) return undefined;
  const { traceparent } = defaultPayloadConverter.fromPayload<Partial<TraceHeader>>(payload);
  return isTraceparent(traceparent) ? traceparent : undefined;
}

const withTrace = (headers: Headers, traceparent: string): Headers => ({ ...headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent } satisfies TraceHeader) });

/**
 * For a client: a workflow that is started while something is traced becomes part of that trace. What is started beside
 * any trace (the reconciler's own start, a sweep) begins none: a trace begins with a request.
 */
export function traceStarts(tracing: Tracing): WorkflowClientInterceptor {
  return {
    async startWithDetails(input, next) {
      const scope = currentScope();
      if (!scope?.span) return next(input);
      const { workflowId, taskQueue } = input.options;
      const span = tracing.start({ name: `StartWorkflow:${input.workflowType}`, kind: 'client', parent: scope.span.traceparent, attributes: { workflowType: input.workflowType, workflowId, taskQueue } });
      try {
        const started = await inScope({ log: { ...scope.log, ...logFields(span) }, span }, () => next({ ...input, headers: withTrace(input.headers, span.traceparent) }));
        span.end();
        return started;
      } catch (error) {
        span.end({ error: (error as Error).name });
        throw error;
      }
    },
  };
}
