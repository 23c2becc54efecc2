import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArtifactView, type CorpusView, type IngestionView, isLive, type RunView, type StepView } from '#contracts';
import { loadStackConfig, PROJECT_ROOT } from '#platform';
import { type RunningStack, startStack } from '#platform/stack';
import { ollamaMissing, startTestOllama, type TestOllama } from '#test/setup/ollama';

const SAMPLES = join(PROJECT_ROOT, 'samples');
const { question } = JSON.parse(readFileSync(join(SAMPLES, 'question.json'), 'utf8')) as { question: string };
const FREE_PORTS = { temporal: 0, ui: 0, postgres: 0 };
const folder = (): string => mkdtempSync(join(PROJECT_ROOT, '.holdfast', 'test', 'e2e-'));
const suite = ollamaMissing === undefined ? describe : describe.skip;

suite(`a research run on a real Ollama with Gemma 3 270M${ollamaMissing === undefined ? '' : ` (skipped: ${ollamaMissing})`}`, () => {
  const dataDir = folder();
  let ollama: TestOllama;
  let stack: RunningStack;
  beforeAll(async () => {
    ollama = await startTestOllama();
    const config = loadStackConfig({ HOLDFAST_DATA_DIR: dataDir, HOLDFAST_PORT: '0', HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: ollama.url, HOLDFAST_MODEL: 'gemma3:270m', HOLDFAST_EMBED_MODEL: 'all-minilm' });
    stack = await startStack({ config, ports: FREE_PORTS, report: () => undefined });
  }, 600_000);
  afterAll(async () => {
    await stack?.stop();
    await ollama?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${stack.apiUrl}${path}`, { method, ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}) });
    expect(response.status).toBeLessThan(300);
    return (await response.json()) as T;
  };
  const until = async <T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> => {
    for (;;) {
      const value = await read();
      if (done(value)) return value;
      await new Promise((go) => setTimeout(go, 250));
    }
  };

  it('ingests the sample corpus, answers from it, and every quotation stands in its passage', async () => {
    const corpus = await call<CorpusView>('POST', '/v1/corpora', { name: 'samples' });
    const accepted = await call<IngestionView>('POST', `/v1/corpora/${corpus.id}/documents`, { path: SAMPLES });
    const ingestion = await until(() => call<IngestionView>('GET', `/v1/corpora/${corpus.id}/ingestions/${accepted.id}`), (i) => i.status === 'completed' || i.status === 'failed');
    expect(ingestion).toMatchObject({ status: 'completed', failed: 0 });
    const started = await call<RunView>('POST', '/v1/runs', { agent: 'research', corpusId: corpus.id, input: { question, mayRefuse: false } });
    const run = await until(() => call<RunView>('GET', `/v1/runs/${started.id}`), (r) => !isLive(r.status));
    expect({ status: run.status, reason: run.statusReason }).toEqual({ status: 'completed', reason: null });
    expect(run.usage.outputTokens).toBeGreaterThan(0);
    expect(run.temporal.webUrl).toContain(`run-${run.id}`);
    const { data: steps } = await call<{ data: StepView[] }>('GET', `/v1/runs/${run.id}/steps`);
    expect(steps.every((s) => s.state === 'closed' && s.drift !== null)).toBe(true);
    const { data: artifacts } = await call<{ data: ArtifactView[] }>('GET', `/v1/runs/${run.id}/artifacts`);
    const artifact = await call<ArtifactView>('GET', `/v1/runs/${run.id}/artifacts/${artifacts[0]!.id}`);
    expect(artifact.verified).toBe(true);
    expect(artifact.evidence!.length).toBeGreaterThan(0);
    expect(artifact.evidence!.every((e) => e.verified && e.quote.length > 0)).toBe(true);
  }, 300_000);
});

describe('npm run quickstart', () => {
  it('goes from an empty data folder to a cited answer on the embedded runtime, and leaves nothing running', async () => {
    const dataDir = folder();
    const { code, stdout, stderr } = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [join(PROJECT_ROOT, 'dist/apps/cli/src/main.js'), 'quickstart', '--port', '0', '--data', dataDir], { env: { ...process.env, HOLDFAST_RUNTIME: 'embedded', NODE_OPTIONS: '' }, cwd: PROJECT_ROOT }, (error, stdout, stderr) =>
        resolve({ code: error ? ((error.code as unknown as number) ?? 1) : 0, stdout, stderr }),
      );
    });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('drift check') });
    expect(stdout).toContain(question);
    expect(stdout).toMatch(/\[1\] .+: “.+”/);
    expect(stdout).toMatch(/Run +[0-9a-f-]{36}/);
    expect(stdout).toMatch(/API +http:\/\/127\.0\.0\.1:\d+\/v1\/runs\//);
    expect(stdout).toMatch(/Temporal +http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/run-/);
    expect(stdout).toContain('ollama pull gemma4:e4b');
    rmSync(dataDir, { recursive: true, force: true });
  }, 300_000);
});
