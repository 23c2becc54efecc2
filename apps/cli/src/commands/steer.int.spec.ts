import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type LabelledStep, vectorFileSchema } from '#contracts';
import { PROJECT_ROOT } from '#platform';
import { gemma270m, llamaLibraries, TOOLS_DIR } from '#platform/stack';
import { Child } from '#test/harness/child';
import { steer } from './steer.js';

const MODEL = 'gemma3:270m';
/** Texts that any model tells apart, so that what is fitted does not hang on chance: looking at files, thinking aloud, saying it again. */
const TEXTS: Record<LabelledStep['label'], (task: string) => string> = {
  ok: (task) => `read_file {"path": "src/${task}.py"}`,
  overthinking: (task) => `I think again about ${task}. As I thought before, I should think about ${task} once more.`,
  overacting: (task) => `run_tests run_tests run_tests ${task} run_tests run_tests`,
};
const TASKS = ['parser', 'login', 'invoice'];
const steps = TASKS.flatMap((task) => (['ok', 'overthinking', 'overacting'] as const).map((label, step): LabelledStep => ({ task, step: step + 1, context: `The task is to repair ${task}.`, text: TEXTS[label](task), label })));
const runs = TASKS.map((task) => ({ id: task, source: 'made', steps: steps.filter((step) => step.task === task).map(({ text, label }) => ({ thought: text, tool: 'none', labels: { kind: label } })) }));
const lines = (items: readonly object[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('');

describe('holdfast steer, on the embedded runtime with Gemma 3 270M', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-steer-'));
  const [transcripts, labelled, vectors] = ['runs.jsonl', 'steps.jsonl', 'vectors.json'].map((name) => join(folder, name)) as [string, string, string];
  let runtime: Child;
  let url: string;
  let said: string[];

  beforeAll(async () => {
    const setup = { toolsDir: TOOLS_DIR, report: (message: string) => void process.stderr.write(`• ${message}\n`) };
    runtime = new Child('runtime', {
      command: process.execPath,
      args: ['--import', join(PROJECT_ROOT, 'test/setup/source-loader.mjs'), join(PROJECT_ROOT, 'apps/runtime/src/main.ts')],
      env: { HOLDFAST_LLAMA_DIR: process.env['HOLDFAST_LLAMA_DIR'] ?? (await llamaLibraries(setup)), HOLDFAST_GGUF: process.env['HOLDFAST_GGUF'] ?? (await gemma270m(setup)), HOLDFAST_MODEL: MODEL, HOLDFAST_RUNTIME_PORT: '0' },
      log: join(folder, 'runtime.log'),
      ready: /runtime ready on http/,
    });
    await runtime.start();
    url = /http:\S+/.exec(runtime.readyLine)![0];
  }, 600_000);
  afterAll(async () => {
    await runtime?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    said = [];
    for (const way of ['log', 'error'] as const) jest.spyOn(console, way).mockImplementation((text: unknown) => void said.push(String(text)));
  });
  afterEach(() => void jest.restoreAllMocks());

  const run = (...args: string[]): Promise<number> => steer.run([...args, '--url', url]);
  const printed = (): string => said.join('\n');

  it('labels steps by what people said of them, as many good ones as others at most', async () => {
    writeFileSync(transcripts, lines(runs));
    expect(await run('label', transcripts, '--out', labelled, '--overthinking', 'kind=overthinking', '--overacting', 'kind=overacting')).toBe(0);
    expect(printed()).toBe('overthinking: 3, overacting: 3, ok: 3');
    expect(readFileSync(labelled, 'utf8').trim().split('\n')).toHaveLength(9);
  });

  it('fits both axes and writes a file that is bound to the model', async () => {
    writeFileSync(labelled, lines(steps));
    expect(await run('fit', labelled, '--out', vectors)).toBe(0);
    const file = vectorFileSchema.parse(JSON.parse(readFileSync(vectors, 'utf8')));
    expect(file.model).toMatchObject({ name: MODEL, width: 640 });
    expect(file.axes.map(({ name }) => name)).toEqual(['overthinking', 'overacting']);
    for (const { direction, report } of file.axes) {
      expect(Math.hypot(...direction)).toBeCloseTo(1, 4);
      expect(report).toMatchObject({ positives: 3, negatives: 3, auc: 1 });
    }
    expect(printed()).toMatch(/overthinking: AUC 1\.00 on unseen tasks \(3 against 3\); layer 0 \d\.\d\d, step number \d\.\d\d/);
  }, 180_000);

  it('tests a file on steps that were not fitted on', async () => {
    const others = steps.map((step) => ({ ...step, task: `${step.task}-2`, text: step.text.replaceAll(step.task, 'calendar') }));
    writeFileSync(labelled, lines(others));
    expect(await run('eval', vectors, labelled, '--json')).toBe(0);
    expect(JSON.parse(printed())).toMatchObject({ axes: [{ name: 'overthinking', auc: 1 }, { name: 'overacting', auc: 1 }] });
    said = [];
    expect(await run('eval', vectors, labelled)).toBe(0);
    expect(printed()).toMatch(/^overthinking: AUC 1\.00 at layer \d+\noveracting: AUC 1\.00 at layer \d+$/);
  }, 120_000);

  it('writes one reply with every token’s projection, and where it was moved to', async () => {
    expect(await run('use', vectors, '--prompt', 'What should be read next?', '--mode', 'fixed', '--most', '8')).toBe(0);
    expect(printed()).toMatch(/overthinking: (-?\d+→-?\d+ ?){1,8}\noveracting: (-?\d+→-?\d+ ?){1,8}\n(\d) of \3 tokens corrected at layer \d+$/);
    said = [];
    expect(await run('use', vectors, '--prompt', 'What should be read next?', '--mode', 'read', '--most', '8')).toBe(0);
    expect(printed()).toMatch(/\n0 of \d tokens corrected/);
  }, 120_000);

  it('refuses a file of another model, and what is no vector file', async () => {
    const file = JSON.parse(readFileSync(vectors, 'utf8')) as { model: { digest: string } };
    const foreign = join(folder, 'foreign.json');
    writeFileSync(foreign, JSON.stringify({ ...file, model: { ...file.model, digest: 'f'.repeat(64) } }));
    expect(await run('use', foreign, '--prompt', 'x')).toBe(2);
    expect(printed()).toContain('validation_failed: axis overthinking was fitted on another model');
    expect(await run('eval', foreign, labelled)).toBe(2);
    writeFileSync(foreign, '{}');
    expect(await run('use', foreign, '--prompt', 'x')).toBe(1);
    expect(printed()).toContain('is no file of `holdfast steer fit`');
  }, 120_000);

  it('says so where the server is no embedded runtime, and which arguments are missing', async () => {
    expect(await steer.run(['use', vectors, '--prompt', 'x', '--url', 'http://127.0.0.1:1'])).toBe(3);
    expect(printed()).toContain('runtime_unavailable');
    expect(await run('fit')).toBe(2);
    expect(await run('use', vectors, '--prompt', 'x', '--mode', 'push')).toBe(2);
    expect(await run('turn')).toBe(2);
    expect(printed()).toContain('--mode: one of read, clamp, fixed, gate');
  });
});
