import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { LOCAL_TENANT, type RunRef, workflowIds } from '#contracts';
import { FAILURE_CONVERTER_PATH, PROJECT_ROOT } from '#platform';
import { METRICS, type MetricName, SCHEMA_URL } from '#platform/telemetry';
import { Child } from './harness/child.js';
import { OtlpReceiver, type ReceivedSpan } from './harness/otlp-receiver.js';
import { MARKER, modelOf } from './harness/scenario.js';
import { Stack } from './harness/stack.js';
import { until } from './harness/until.js';

jest.setTimeout(60_000);

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
/** Nothing of the run does these: no steering, no runtime that fails or says how long it took, no workflow task that fails. */
const NOT_SEEN: readonly string[] = ['holdfast_steering_actions_total', 'holdfast_model_failures_total', 'holdfast_model_tokens_per_second', 'temporal_workflow_task_execution_failed_total', 'temporal_request_failure_total'];

/** Where a process gives its metrics that took a free port: its log says. */
const metricsOf = (log: string): string => `http://127.0.0.1:${/"port":(\d+),"msg":"metrics are given/.exec(log)![1]}/metrics`;

/** One run, whose content is marked, in processes that send their traces to a receiver here and give their metrics. */
describe('what is seen of a run from outside', () => {
  let receiver: OtlpReceiver;
  let stack: Stack;
  let metrics: { api: string; worker: string };
  const ref: RunRef = { tenantId: LOCAL_TENANT, runId: '' };
  const named = (name: string): ReceivedSpan[] => receiver.spans.filter((s) => s.name === name);

  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    stack = await Stack.start({ worker: 'apps/worker/src/main.ts', env: { HOLDFAST_OTLP_URL: receiver.url, HOLDFAST_METRICS_PORT: '0' } });
    await stack.api.start();
    const model = modelOf({ steps: 3, marked: 1 });
    const answer = await fetch(`${stack.apiUrl}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json', traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` }, body: JSON.stringify({ agent: 'probe', input: { steps: 3, bytes: 200 }, model }) });
    ref.runId = ((await answer.json()) as { id: string }).id;
    await fetch(`${stack.apiUrl}/v1/runs/${ref.runId}/messages`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: `look for ${MARKER}` }) });
    await stack.untilStatus(ref, 'completed', 30_000);
    await until('the last span', async () => named('RunWorkflow:agentRun').length > 0 && named('RunActivity:finishRun').length > 0);
    const scrape = async (url: string): Promise<string> => (await fetch(url)).text();
    metrics = { worker: await scrape(metricsOf(await stack.log('worker'))), api: await scrape(`${stack.apiUrl}/metrics`) };
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  it('is one trace, from the request through workflow and activity to the runtime', () => {
    const [request] = named('POST /v1/runs');
    expect(request).toMatchObject({ ...CALLER, spanId: expect.any(String), parentSpanId: CALLER.spanId, kind: 2, service: 'holdfast-api', attributes: { 'http.route': '/v1/runs', 'http.response.status_code': 202 } });
    const tree = receiver.tree(request!);
    expect(tree.slice(0, 3)).toEqual(['POST /v1/runs', '  StartWorkflow:agentRun', '    RunWorkflow:agentRun']);
    expect(tree).toContain('      RunActivity:beginRun');
    expect(tree).toContain('      execute_tool read_filler');
    expect(tree).toContain('      RunActivity:finishRun');
    // Each model call has the runtime's own below it.
    const calls = tree.flatMap((line, i) => (line === '      RunActivity:callModel' ? [tree[i + 1]] : []));
    expect(calls.length).toBeGreaterThan(3);
    for (const below of calls) expect(below).toMatch(/^ {8}chat play\?/);
    expect(new Set(receiver.spans.filter((s) => s.attributes['holdfast.run.id'] === ref.runId).map((s) => s.traceId))).toEqual(new Set([CALLER.traceId]));
  });

  it('is a trace by the id of the run where no request began it', async () => {
    const { runId } = await stack.startRun({ steps: 1, key: 'by-itself' });
    const traceId = runId.replaceAll('-', '');
    const root = await until('its last span', async () => receiver.spans.find((s) => s.name === 'RunWorkflow:agentRun' && s.traceId === traceId) ?? null);
    expect(root).toMatchObject({ parentSpanId: '', spanId: traceId.slice(16), attributes: { 'holdfast.run.id': runId, 'holdfast.outcome': 'completed' } });
    await until('all of its spans', async () => receiver.spans.filter((s) => s.traceId === traceId && s.name.startsWith('chat ')).length > 1);
    const tree = receiver.tree(root);
    expect(tree).toEqual(expect.arrayContaining(['  RunActivity:beginRun', '  RunActivity:callModel', '  execute_tool read_filler', '  RunActivity:finishRun']));
    expect(tree[tree.indexOf('  RunActivity:callModel') + 1]).toMatch(/^ {4}chat /);
    expect(root.ms).toBeGreaterThan(10);
  });

  it('says of a model call what the conventions have names for, and no words', () => {
    const [chat] = receiver.spans.filter((s) => s.name.startsWith('chat '));
    expect(chat).toMatchObject({ kind: 3, service: 'holdfast-worker', failed: false, attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'ollama', 'gen_ai.conversation.id': ref.runId, 'gen_ai.usage.input_tokens': expect.any(Number), 'gen_ai.usage.output_tokens': expect.any(Number), 'gen_ai.response.finish_reasons': ['stop'] } });
    const [tool] = named('execute_tool read_filler');
    expect(tool!.attributes).toMatchObject({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'read_filler', 'holdfast.step': expect.any(Number), 'holdfast.outcome': 'closed', 'holdfast.drift.verdict': expect.any(String) });
    expect([...receiver.schemaUrls]).toEqual([SCHEMA_URL]);
  });

  it('gives every metric that such a run has, and Temporal’s own beside them', () => {
    const missing = (Object.keys(METRICS) as MetricName[]).filter((name) => !NOT_SEEN.includes(name) && !metrics[METRICS[name].from].includes(`# TYPE ${name} `));
    expect(missing).toEqual([]);
    expect(metrics.worker).toMatch(/holdfast_runs_finished_total\{status="completed"\} 1/);
    expect(metrics.worker).toMatch(/holdfast_model_tokens_total\{[^}]*type="output"[^}]*\} [1-9]/);
    expect(metrics.worker).toMatch(/temporal_workflow_completed/);
    expect(metrics.api).toMatch(/holdfast_http_requests_total\{[^}]*route="\/v1\/runs"[^}]*status="202"[^}]*\} 1/);
    expect(metrics.api).toMatch(/holdfast_runs\{status="running"\} 0/);
  });

  it('has the metrics of Temporal that the dashboard and the alerts ask for', async () => {
    const files = await Promise.all(['prometheus/rules.yaml', 'grafana/dashboards/holdfast.json'].map((file) => readFile(join(PROJECT_ROOT, 'infra/monitoring', file), 'utf8')));
    const asked = new Set(files.flatMap((text) => [...text.matchAll(/\btemporal_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''))));
    expect(asked.size).toBeGreaterThan(3);
    expect([...asked].filter((name) => !NOT_SEEN.includes(name) && !metrics.worker.includes(`# TYPE ${name} `))).toEqual([]);
  });

  it('is told by a gate on its own, too, at a port of its own', async () => {
    const { options } = stack.worker;
    const log = join(stack.folder, 'gate.log');
    const gate = new Child('gate', { ...options, args: options.args.map((arg) => arg.replace('worker/src/main.ts', 'worker/src/gate-main.ts')), log, ready: /gate ready/ });
    try {
      await gate.start();
      const url = metricsOf(await readFile(log, 'utf8'));
      const text = await until('its gauges', async () => {
        const scraped = await (await fetch(url)).text();
        // Its queues are asked for one after the other.
        return scraped.includes('holdfast_queue_age_seconds{queue="holdfast-model-ollama"}') ? scraped : null;
      });
      expect(text).toMatch(/holdfast_runtime_up\{runtime="ollama"\} 1/);
      expect(text).toMatch(/holdfast_gate_slots\{runtime="ollama"\} 4/);
      expect(text).toMatch(/holdfast_queue_age_seconds\{queue="holdfast-model-ollama"\} 0/);
    } finally {
      await gate.kill();
    }
  });

  it('finds its log lines by trace, run and step', async () => {
    const lines = async (part: 'api' | 'worker') => (await stack.log(part)).split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect((await lines('api')).find((line) => line['msg'] === 'request' && line['method'] === 'POST' && line['path'] === '/v1/runs')).toMatchObject({ traceId: CALLER.traceId, spanId: named('POST /v1/runs')[0]!.spanId });
    const failing = (await lines('worker')).find((line) => line['msg'] === 'a tool keeps failing');
    expect(failing).toMatchObject({ runId: ref.runId, step: expect.any(Number), activity: 'callTool', traceId: CALLER.traceId });
    expect(receiver.spans.map((s) => s.spanId)).toContain(failing!['spanId']);
  });

  it('has no content in spans, metrics or logs', async () => {
    const seen = { spans: receiver.bodies.join('\n'), ...metrics, apiLog: await stack.log('api'), workerLog: await stack.log('worker') };
    for (const [where, text] of Object.entries(seen)) expect([where, text.length > 500, text.includes(MARKER)]).toEqual([where, true, false]);
    expect(seen.spans).toContain(ref.runId);
    // No label names a run.
    expect(metrics.worker + metrics.api).not.toContain(ref.runId);
  });

  it('replays the same, though its history carries the trace', async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });
    const history = await stack.client.workflow.getHandle(workflowIds.run(ref.runId)).fetchHistory();
    expect(JSON.stringify(history)).toContain('_tracer-data');
    const workflowBundle = { code: await readFile(join(stack.folder, 'bundle.js'), 'utf8') };
    await Worker.runReplayHistory({ workflowBundle, dataConverter: { failureConverterPath: FAILURE_CONVERTER_PATH }, sinks: { holdfastTrace: { ended: { fn: () => undefined } } } }, history, workflowIds.run(ref.runId));
  });
});
