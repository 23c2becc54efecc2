/** Seconds: of requests, of calls to a model, of waits. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const CALL_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600, 1_800];
const SPEED_BUCKETS = [1, 2, 5, 10, 20, 40, 80, 160, 320, 640];

type Part = 'api' | 'worker';
export type MetricKind = 'counter' | 'gauge' | 'histogram';
type Metric = { kind: MetricKind; from: Part; labels: readonly string[]; help: string; buckets?: readonly number[] };

/**
 * Every metric of Holdfast's own. A label's values are few and are names: of routes, tools, runtimes, models, verdicts.
 * No label names a run, a tenant or a person. `worker` stands for gates on their own, too. The table in
 * docs/observability.md is made from this; the dashboard and the alerts are checked against it.
 */
export const METRICS = {
  holdfast_http_requests_total: { kind: 'counter', from: 'api', labels: ['method', 'route', 'status'], help: 'Requests that were answered.' },
  holdfast_http_request_seconds: { kind: 'histogram', from: 'api', labels: ['method', 'route'], help: 'Time until a request was answered; event streams are left out.', buckets: REQUEST_BUCKETS },
  holdfast_event_readers: { kind: 'gauge', from: 'api', labels: [], help: 'Event streams, and requests that wait for the end of a run, that are open at this API.' },
  holdfast_runs: { kind: 'gauge', from: 'api', labels: ['status'], help: 'Runs that have not ended, of all tenants. Every API says the same.' },
  holdfast_run_wait_seconds: { kind: 'gauge', from: 'api', labels: ['status'], help: 'Age of the oldest run that is in this status and waits (queued, waiting_runtime, waiting_approval, waiting_input); 0 where none does.' },
  holdfast_database_up: { kind: 'gauge', from: 'api', labels: [], help: '1 where Postgres answered the two above, 0 where it did not.' },
  holdfast_steps_total: { kind: 'counter', from: 'worker', labels: ['verdict'], help: 'Steps that closed, by the verdict of the drift check.' },
  holdfast_attempts_rejected_total: { kind: 'counter', from: 'worker', labels: ['code'], help: 'Attempts of a step that were refused, and why.' },
  holdfast_steering_actions_total: { kind: 'counter', from: 'worker', labels: ['rung', 'holdout'], help: 'Steering actions, by rung of the ladder; held-out ones did nothing.' },
  holdfast_runs_finished_total: { kind: 'counter', from: 'worker', labels: ['status'], help: 'Runs that ended.' },
  holdfast_tool_call_seconds: { kind: 'histogram', from: 'worker', labels: ['tool', 'outcome'], help: 'Time of a tool call, with its rows in Postgres.', buckets: CALL_BUCKETS },
  holdfast_model_call_seconds: { kind: 'histogram', from: 'worker', labels: ['runtime', 'model'], help: 'Time that a runtime worked on a call that it answered.', buckets: CALL_BUCKETS },
  holdfast_model_failures_total: { kind: 'counter', from: 'worker', labels: ['runtime', 'code'], help: 'Calls that a runtime did not answer, and why.' },
  holdfast_model_tokens_total: { kind: 'counter', from: 'worker', labels: ['runtime', 'model', 'type'], help: 'Tokens that runtimes counted: input, cached, output, and thinking as a part of output.' },
  holdfast_model_tokens_per_second: { kind: 'histogram', from: 'worker', labels: ['runtime', 'model', 'type'], help: 'Speed of one call while it read its prompt (input) and wrote (output), where the runtime tells.', buckets: SPEED_BUCKETS },
  holdfast_gate_wait_seconds: { kind: 'histogram', from: 'worker', labels: ['runtime'], help: 'Time that a call which its gate had taken waited for a slot of the runtime.', buckets: CALL_BUCKETS },
  holdfast_gate_calls: { kind: 'gauge', from: 'worker', labels: ['runtime'], help: 'Calls that this gate has at its runtime now.' },
  holdfast_gate_slots: { kind: 'gauge', from: 'worker', labels: ['runtime'], help: 'Calls that the runtime is given at once.' },
  holdfast_runtime_up: { kind: 'gauge', from: 'worker', labels: ['runtime'], help: '0 while the gate holds calls back since its runtime did not answer, else 1.' },
  holdfast_queue_calls: { kind: 'gauge', from: 'worker', labels: ['queue'], help: 'Calls that wait in a task queue of Temporal that this process serves; about, as Temporal counts.' },
  holdfast_queue_age_seconds: { kind: 'gauge', from: 'worker', labels: ['queue'], help: 'Age of the oldest of them.' },
  holdfast_process_resident_bytes: { kind: 'gauge', from: 'worker', labels: [], help: 'Memory of the process.' },
  holdfast_event_loop_lag_seconds: { kind: 'gauge', from: 'worker', labels: [], help: 'Longest time that the event loop was held up since it was last looked at.' },
} as const satisfies Record<`holdfast_${string}`, Metric>;

type Metrics = typeof METRICS;
export type MetricName = keyof Metrics;
type Of<P extends Part, K extends MetricKind> = { [N in MetricName]: Metrics[N] extends { from: P; kind: K } ? N : never }[MetricName];
type Labels<N extends MetricName> = Record<Metrics[N]['labels'][number], string>;

/** How one part counts. Labels are made safe here; a name that no metric has does not compile. */
export interface Meters<P extends Part> {
  add<N extends Of<P, 'counter'>>(name: N, labels: Labels<N>, n?: number): void;
  observe<N extends Of<P, 'histogram'>>(name: N, labels: Labels<N>, value: number): void;
  set<N extends Of<P, 'gauge'>>(name: N, labels: Labels<N>, value: number): void;
}

export const metricsOf = (part: Part): [MetricName, Metric][] => (Object.entries(METRICS) as [MetricName, Metric][]).filter(([, { from }]) => from === part);
