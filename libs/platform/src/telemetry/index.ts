export { ATTRIBUTES, type AttributeName, CONVENTIONS, OPERATIONS, providerOf, SCHEMA_URL, SEMCONV_VERSION } from './conventions.js';
export { type MetricKind, type MetricName, METRICS, type Meters, metricsOf } from './metrics.js';
export { safeName, WITHHELD } from './safe-value.js';
export { currentScope, inScope, logFields, type Scope } from './scope.js';
export { traceparentOf, traceStarts } from './trace-header.js';
export { type ActiveSpan, type Attributes, openTracing, type SpanStart, type Tracing } from './tracing.js';
