import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { loadConfig, PROJECT_ROOT } from '../config/index.js';
import { helm, kubeconform, kubernetesSchemas } from './setup/helm.js';
import { KUBERNETES_VERSION } from './setup/pins.js';
import { TOOLS_DIR } from './setup/tools.js';

jest.setTimeout(60_000);

const setup = { toolsDir: TOOLS_DIR, report: () => {} };
const tools = { helm: await helm(setup), kubeconform: await kubeconform(setup), schemas: await kubernetesSchemas(setup) };
const missing = Object.values(tools).flatMap((tool) => ('missing' in tool ? [tool.missing] : []))[0];
const suite = missing === undefined ? describe : describe.skip;
/** A helm that was built without its release's flags takes the oldest Kubernetes for granted. */
const KUBE = ['--kube-version', KUBERNETES_VERSION];
const CHART = join(PROJECT_ROOT, 'infra/helm/holdfast');

/** One object of what helm wrote, as far as the tests look into it. */
type Manifest = { kind: string; name: string; text: string };

suite(`infra/helm${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const path = (tool: keyof typeof tools): string => (tools[tool] as { path: string }).path;
  const run = (tool: keyof typeof tools, args: string[], input?: string) => spawnSync(path(tool), args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) });
  const render = (...more: string[]): string => {
    const { status, stdout, stderr } = run('helm', ['template', 'hf', CHART, ...KUBE, ...more]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  };
  const first = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
  const parsed = (yaml: string): Manifest[] => yaml.split(/^---$/m).map((text) => ({ kind: first(text, /^kind: (\w+)/m), name: first(text, /^  name: (\S+)/m), text })).filter((m) => m.kind);
  const VARIANTS: [string, string[]][] = [
    ['as it comes', []],
    ['with a runtime elsewhere, Temporal Cloud and a version', ['--set', 'ollama.enabled=false,runtime.url=http://gpu.internal:8000,runtime.kind=openai,temporal.tls=true,temporal.existingSecret=cloud,temporal.secretKeys={apiKey},temporal.serverName=ns.tmprl.cloud,buildId=v2,data.existingClaim=shared']],
    ['reachable, with keys', ['--set', 'api.auth=true,api.hosts={holdfast.example.org}']],
    ['with metrics and traces', ['--set', 'metrics.enabled=true,tracing.url=http://otel-collector.monitoring:4318,tracing.share=0.5', '--set-json', 'metrics.allowFrom=[{"namespaceSelector":{}}]']],
    ['open to others by name, through an Ingress', ['--set', 'api.auth=true,api.hosts={holdfast.example.org,hf.example.org},api.ingress.enabled=true,api.ingress.className=nginx,api.ingress.tlsSecret=cert,api.ingress.annotations.a=b']],
    ['with graphics cards and one worker for all', ['--set', 'ollama.gpus=1,workers.workflows.roles={workflows,tools,documents,model},workers.tools=null,workers.documents=null,workers.model=null', '--set', 'nodeSelector.pool=holdfast']],
  ];

  it('passes helm lint', () => {
    const { status, stdout } = run('helm', ['lint', '--strict', ...KUBE, CHART]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  it.each(VARIANTS)('%s: every object is one that Kubernetes knows, with no field that it does not', (_, more) => {
    const { status, stdout } = run('kubeconform', ['-strict', '-summary', '-schema-location', `${path('schemas')}/{{.ResourceKind}}{{.KindSuffix}}.json`], render(...more));
    expect([status, stdout]).toEqual([0, expect.stringMatching(/Invalid: 0, Errors: 0, Skipped: 0/)]);
  });

  it('would notice a field that Kubernetes does not know', () => {
    const wrong = render().replace('replicas: 2', 'replica: 2');
    expect(run('kubeconform', ['-strict', '-schema-location', `${path('schemas')}/{{.ResourceKind}}{{.KindSuffix}}.json`], wrong).status).not.toBe(0);
  });

  it('starts the API and a worker for each role with settings that the schema takes', () => {
    const all = parsed(render());
    const settings = Object.fromEntries([...all.find((m) => m.kind === 'ConfigMap')!.text.matchAll(/^ {2}([A-Z_]+): ["']?(.*?)["']?$/gm)].map((m) => [m[1]!, m[2]!]));
    const workers = all.filter((m) => m.kind === 'Deployment' && m.name.includes('worker'));
    const roles = workers.map((m) => first(m.text, /HOLDFAST_WORKER_ROLES, value: "(.*?)"/));
    expect(roles.sort()).toEqual(['documents', 'model', 'tools', 'workflows']);
    expect(first(all.find((m) => m.kind === 'Deployment' && m.name === 'hf-api')!.text, /replicas: (\d+)/)).toBe('2');
    for (const role of roles) {
      const config = loadConfig({ ...settings, HOLDFAST_WORKER_ROLES: role, DATABASE_URL: 'postgres://u@db/h', HOLDFAST_DATA_DIR: PROJECT_ROOT });
      expect(config).toMatchObject({ workerRoles: [role], temporalAddress: 'temporal-frontend:7233', host: '127.0.0.1', drainSeconds: 30 });
    }
    // A worker is left the time that it takes to drain.
    expect(workers.every((m) => Number(first(m.text, /terminationGracePeriodSeconds: (\d+)/)) > 30)).toBe(true);
    expect(workers.every((m) => m.text.includes('dist/apps/worker/src/main.js'))).toBe(true);
  });

  it('lets the API be reached where it asks for keys, and only there', () => {
    const text = (...more: string[]): string => parsed(render(...more)).find((m) => m.kind === 'Deployment' && m.name === 'hf-api')!.text;
    expect([text().includes('loopback-door'), text('--set', 'api.auth=true').includes('loopback-door')]).toEqual([true, false]);
    const settings = parsed(render('--set', 'api.auth=true,api.hosts={a.example.org,b.example.org}')).find((m) => m.kind === 'ConfigMap')!.text;
    for (const line of [`HOLDFAST_AUTH: 'true'`, 'HOLDFAST_HOST: 0.0.0.0', 'HOLDFAST_API_HOSTS: "a.example.org,b.example.org"']) expect(settings).toContain(line);
  });

  it('has a door for scrapes in every pod, and a receiver of traces that is allowed, where they are asked for', () => {
    const all = parsed(render('--set', 'metrics.enabled=true,tracing.url=http://otel-collector.monitoring:4318'));
    const settings = Object.fromEntries([...all.find((m) => m.kind === 'ConfigMap')!.text.matchAll(/^ {2}([A-Z_]+): ["']?(.*?)["']?$/gm)].map((m) => [m[1]!, m[2]!]));
    expect(loadConfig({ ...settings, DATABASE_URL: 'postgres://u@db/h', HOLDFAST_DATA_DIR: PROJECT_ROOT })).toMatchObject({ metricsPort: 9464, otlpUrl: 'http://otel-collector.monitoring:4318' });
    const doors = all.filter((m) => m.kind === 'Deployment' && !m.name.includes('ollama')).map((m) => first(m.text, /metrics-door\.mjs, '9465', '(\d+)'/));
    expect(doors.sort()).toEqual(['3000', '9464', '9464', '9464', '9464']);
    expect(render()).not.toMatch(/metrics-door|HOLDFAST_METRICS_PORT|HOLDFAST_OTLP_URL/);
  });

  it('has an Ingress for the names of an API that asks for keys, and never without', () => {
    const open = ['--set', 'api.hosts={holdfast.example.org,hf.example.org},api.ingress.enabled=true'];
    const all = parsed(render(...open, '--set', 'api.auth=true'));
    expect(all.find((m) => m.kind === 'Ingress')!.text.match(/host: "(.*?)"/g)).toEqual(['host: "holdfast.example.org"', 'host: "hf.example.org"']);
    const { status, stderr } = run('helm', ['template', 'hf', CHART, ...KUBE, ...open]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('set api.auth=true')]);
    expect(render()).not.toMatch(/HOLDFAST_API_HOSTS|HOLDFAST_AUTH|kind: Ingress/);
  });

  it('has for Temporal’s own chart the dynamic configuration of the containers: fair, and asking its makers for nothing', () => {
    const read = (file: string): string => readFileSync(join(PROJECT_ROOT, file), 'utf8');
    const ours = read('infra/containers/temporal/dynamic-config.yaml');
    expect(ours).toMatch(/^matching\.enableFairness:\n {2}- value: true$/m);
    expect(ours).toMatch(/^frontend\.enableServerVersionCheck:\n {2}- value: false$/m);
    expect(read('infra/helm/temporal-values.yaml').split('  dynamicConfig:\n')[1]).toBe(ours.replaceAll(/^(?=.)/gm, '    '));
  });

  it('refuses to leave a role without a worker', () => {
    const { status, stderr } = run('helm', ['template', 'hf', CHART, ...KUBE, '--set', 'workers.tools=null']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('no worker has the role tools')]);
  });
});
