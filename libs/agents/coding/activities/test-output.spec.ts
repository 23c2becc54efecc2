import { describe, expect, it } from '@jest/globals';
import type { TestReport } from '../contract.js';
import { isFlagged } from './flags.js';
import { judge, readTestOutput } from './test-output.js';

const report = (output: string, exitCode = 0): TestReport => ({ command: 'test', exitCode, ended: 'exit', commit: '', ...readTestOutput(output) });

describe('the output of a test run', () => {
  it.each([
    ['pytest', 'PASSED tests/t.py::test_a\nFAILED tests/t.py::test_b - AssertionError: x\n1 failed, 1 passed in 0.1s'],
    ['node, TAP', 'ok 1 - a\n  ---\n  ...\nnot ok 2 - b\n# pass 1\n# fail 1'],
    ['node, spec', '✔ a (0.5ms)\n✖ b (1.2ms)\nℹ pass 1\nℹ fail 1'],
    ['go', '--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL'],
    ['cargo', 'test a::b ... ok\ntest a::c ... FAILED\ntest result: FAILED. 1 passed; 1 failed;'],
  ])('of %s gives names and counts', (_runner, output) => {
    const read = readTestOutput(output);
    expect([read.passed, read.failed, read.passedNames.length, read.failedNames.length]).toEqual([1, 1, 1, 1]);
  });
});

describe('"fixed"', () => {
  const good = report('ok 1 - a\nok 2 - b\n# pass 2\n# fail 0');
  const failing = report('ok 1 - a\nnot ok 2 - b\n# pass 1\n# fail 1', 1);
  it('is taken where a suite that failed passes, or a named test does', () => {
    expect(judge(failing, good, [])).toEqual({ taken: true, status: 'fixed', note: null });
    expect(judge(failing, good, ['b'])).toMatchObject({ status: 'fixed' });
  });
  it('is refused where a test broke, a named one is missing, tests went away or did not end', () => {
    expect(judge(good, failing, [])).toEqual({ taken: false, reason: 'These tests did not fail before and fail now: b.' });
    expect(judge(failing, good, ['c'])).toMatchObject({ taken: false, reason: expect.stringContaining('must pass') });
    expect(judge(good, report('ok 1 - a\n# pass 1\n# fail 0'), [])).toMatchObject({ taken: false, reason: expect.stringContaining('none may go') });
    expect(judge(failing, { ...good, exitCode: null, ended: 'time' }, [])).toMatchObject({ taken: false });
    expect(judge(good, report('segmentation fault', 139), [])).toMatchObject({ taken: false });
  });
  it('is no more than unverified where the tests show nothing', () => {
    expect(judge(good, good, [])).toMatchObject({ taken: true, status: 'unverified' });
    expect(judge(failing, failing, [])).toMatchObject({ taken: true, status: 'unverified' });
  });
});

it('flags tests, CI and configuration', () => {
  expect(['tests/test_a.py', 'src/a.spec.ts', 'a_test.go', '.github/workflows/ci.yml', 'package.json', 'conftest.py', 'jest.config.js'].every(isFlagged)).toBe(true);
  expect(['src/a.ts', 'lib/loader.js', 'boltons/testutils.py', 'README.md'].some(isFlagged)).toBe(false);
});
