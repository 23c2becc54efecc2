import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { codingResultSchema } from '#agents/coding/contract';
import { type RunRef, TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts';
import { TOOLS_DIR } from '#platform/stack';
import { readRunRecord, withTx } from '#store';
import { checkRun } from '#test/harness/check-run';
import { fingerprint } from '#test/harness/fingerprint';
import { Stack } from '#test/harness/stack';
import { createSandbox, findExecutables } from '#workspace';
import { findCases, unpackRepository, visibleTestCommand } from './cases.js';
import { goldModel } from './gold-script.js';
import { judgePatch } from './judge-patch.js';
import { writeCodingRun } from './run-case.js';

jest.setTimeout(120_000);

const FIXTURES = join(import.meta.dirname, 'fixtures');
const cases = findCases(FIXTURES);
const shim = join(FIXTURES, 'mocha-shim.mjs');

/** Bugs of real repositories through every part as a process of its own; the model knows the fix, nothing else does. */
describe('the coding agent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-coding-'));
  const node = dirname(dirname(process.execPath));
  const sandbox = createSandbox({ executables: findExecutables(TOOLS_DIR), readOnly: [node], path: [join(node, 'bin')] });
  let stack: Stack;
  beforeAll(async () => {
    chmodSync(folder, 0o755);
    stack = await Stack.start({ script: 'eval/coding/gold-script.ts', env: { HOLDFAST_REPOSITORIES: folder, HOLDFAST_CONTEXT_TOKENS: '32768' } });
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(input: Record<string, unknown>, model: string): Promise<RunRef> {
    const ref = await writeCodingRun(stack.pool, { input, model });
    await stack.client.workflow.start(WORKFLOWS.agentRun, { workflowId: workflowIds.run(ref.runId), taskQueue: TASK_QUEUES.main, args: [ref] });
    return ref;
  }
  const resultOf = async (ref: RunRef) => codingResultSchema.parse((await withTx(stack.pool, ref.tenantId, (tx) => readRunRecord(tx, ref)))!.result);

  it.each(cases.map((one, i) => [one.id, one, i] as const))('mends %s, with its worker killed in mid-run', async (_id, one, i) => {
    const repo = await unpackRepository(one, join(folder, one.id));
    copyFileSync(shim, join(repo, 'mocha-shim.mjs'));
    execFileSync('git', ['-C', repo, 'add', '-A']);
    execFileSync('git', ['-C', repo, '-c', 'user.name=u', '-c', 'user.email=u@localhost', 'commit', '-q', '-m', 'shim']);
    const judged = visibleTestCommand(one, repo).replace('issues/*.js', 'issues/025*.js');
    const visible = judged.replace('../mocha-shim.mjs', './mocha-shim.mjs');
    const before = fingerprint(repo);
    const ref = await start({ repo, task: one.task, testCommand: visible }, goldModel(join(one.folder, 'gold.patch'), 150));
    // Once while tests run, once around the edit.
    await stack.untilStep(ref, 1 + 2 * i, 60_000);
    await stack.worker.kill();
    await stack.worker.start();
    await stack.untilStatus(ref, 'completed', 90_000);
    await checkRun(stack.pool, ref, { status: 'completed' });
    const result = await resultOf(ref);
    expect(result.files.map((f) => f.status)).toEqual(['modified']);
    expect(result.after!.passed).toBeGreaterThanOrEqual(result.before!.passed);
    expect(await judgePatch(one, result.patch, judged, join(folder, `${one.id}-judged`), sandbox, { [shim]: '/mocha-shim.mjs' })).toBe('resolved');
    // The hidden tests pass for no other reason than the patch.
    expect(await judgePatch(one, patchOfNothing(), judged, join(folder, `${one.id}-nothing`), sandbox, { [shim]: '/mocha-shim.mjs' })).toBe('wrong logic');
    expect(fingerprint(repo)).toBe(before);
  });

  it('does not take the model’s word for it', async () => {
    const one = cases[0]!;
    const repo = await unpackRepository(one, join(folder, 'wrong'));
    copyFileSync(shim, join(repo, 'mocha-shim.mjs'));
    const broken = join(folder, 'broken.patch');
    // The right place, and a change that breaks it.
    writeFileSync(broken, readFileSync(join(one.folder, 'gold.patch'), 'utf8').replace(/^\+(?!\+\+)(.*)$/m, '+throw new Error();'));
    const ref = await start({ repo, includeUncommitted: true, task: one.task, testCommand: 'node --import ./mocha-shim.mjs --test test/issues/033*.js' }, goldModel(broken));
    await stack.untilStep(ref, 7, 90_000);
    const { rows } = await withTx(stack.pool, ref.tenantId, (tx) => tx.query<{ state: string }>(`select state from ledger where run_id = $1 and tool = 'finish'`, [ref.runId]));
    expect(rows.length).toBeGreaterThan(0);
    expect((await stack.run(ref)).status).not.toBe('completed');
    await stack.client.workflow.getHandle(workflowIds.run(ref.runId)).terminate('the test has seen enough');
  });
});

const patchOfNothing = (): string => 'diff --git a/EMPTY b/EMPTY\nnew file mode 100644\nindex 0000000..ce01362\n--- /dev/null\n+++ b/EMPTY\n@@ -0,0 +1 @@\n+hello\n';
