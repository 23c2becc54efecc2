import type { TestReport } from '../contract.js';

const MAX_NAMES = 2_000;
const MAX_NAME = 300;

type Counts = Pick<TestReport, 'passed' | 'failed' | 'passedNames' | 'failedNames'>;

/** How test runners say which test passed (group 1) or failed (group 2). */
const LINES: RegExp[] = [
  // pytest -rA, and -v
  /^PASSED (\S+::.+?)$|^(?:FAILED|ERROR) (\S+(?:::.+?)?)(?: - .*)?$/,
  /^(\S+::\S.*?) PASSED\b|^(\S+::\S.*?) (?:FAILED|ERROR)\b/,
  // TAP
  /^\s*ok \d+ -? ?([^#]+?)(?: # (?:time|SKIP|TODO).*)?$|^\s*not ok \d+ -? ?([^#]+?)$/,
  // node's spec reporter, mocha, jest, vitest
  /^\s*[✔✓√] (.+?)(?: \([\d.]+ ?m?s\))?$|^\s*[✖✕✗×] (?!failing tests:)(.+?)(?: \([\d.]+ ?m?s\))?$/,
  // go test -v
  /^\s*--- PASS: (\S+)|^\s*--- FAIL: (\S+)/,
  // cargo test
  /^test (\S+) \.\.\. ok$|^test (\S+) \.\.\. FAILED$/,
  // unittest -v
  /^(test\w* \([\w.]+\)).*\.\.\. ok$|^(test\w* \([\w.]+\)).*\.\.\. (?:FAIL|ERROR)$/,
];

const SUMMARIES: { passed: RegExp; failed: RegExp }[] = [
  { passed: /^# pass (\d+)/m, failed: /^# fail (\d+)/m },
  { passed: /^ℹ pass (\d+)/m, failed: /^ℹ fail (\d+)/m },
  { passed: /\b(\d+) passed\b/, failed: /\b(\d+) (?:failed|errors?)\b/ },
  { passed: /\b(\d+) passing\b/, failed: /\b(\d+) failing\b/ },
  { passed: /^OK \((\d+) tests?/m, failed: /failures=(\d+)/ },
];

/** Names and counts of a test run, from what its runner printed. A test that both passed and failed has failed. */
export function readTestOutput(output: string): Counts {
  const passed = new Set<string>();
  const failed = new Set<string>();
  for (const line of output.split('\n')) {
    for (const pattern of LINES) {
      const match = pattern.exec(line);
      if (!match) continue;
      if (match[1]) passed.add(clean(match[1]));
      if (match[2]) failed.add(clean(match[2]));
      break;
    }
  }
  for (const name of failed) passed.delete(name);
  const counted = SUMMARIES.find((s) => s.passed.test(output) || s.failed.test(output));
  const count = (pattern: RegExp | undefined, names: Set<string>): number => Number(pattern?.exec(output)?.[1] ?? (counted ? 0 : names.size));
  return { passed: count(counted?.passed, passed), failed: count(counted?.failed, failed), passedNames: [...passed].slice(0, MAX_NAMES), failedNames: [...failed].slice(0, MAX_NAMES) };
}

const clean = (name: string): string => name.trim().slice(0, MAX_NAME);

export type Judgement = { taken: false; reason: string } | { taken: true; status: 'fixed' | 'unverified'; note: string | null };

/**
 * What the tests say to "fixed". They must not show that something broke; and unless they show that something was
 * mended (a named test passes, the suite failed before, more tests pass than before), it is taken as unverified.
 */
export function judge(before: TestReport, now: TestReport, mustPass: string[]): Judgement {
  const against = objection(before, now, mustPass);
  if (against) return { taken: false, reason: against };
  if (mustPass.length) return { taken: true, status: 'fixed', note: null };
  if (now.exitCode !== 0) return { taken: true, status: 'unverified', note: 'The tests that fail now failed before the change too.' };
  if (before.exitCode !== 0 || now.passed > before.passed) return { taken: true, status: 'fixed', note: null };
  return { taken: true, status: 'unverified', note: 'The tests passed before the change too: they do not show the fault.' };
}

function objection(before: TestReport, now: TestReport, mustPass: string[]): string | null {
  if (now.ended !== 'exit') return `The tests did not end by themselves (${now.ended}).`;
  const failing = mustPass.filter((name) => !now.passedNames.some((passed) => sameTest(passed, name)));
  if (failing.length) return `These tests must pass and did not: ${shown(failing)}.`;
  const broken = now.failedNames.filter((name) => !before.failedNames.includes(name));
  if (broken.length) return `These tests did not fail before and fail now: ${shown(broken)}.`;
  if (now.passed < before.passed) return `Before ${before.passed} tests passed, now only ${now.passed} do: none may go.`;
  // Where no test was named as failing, the exit code alone can tell.
  if (now.exitCode !== 0 && (before.exitCode === 0 || now.failedNames.length === 0)) return `The tests fail (exit code ${now.exitCode}).`;
  return null;
}

const sameTest = (printed: string, asked: string): boolean => printed === asked || printed.endsWith(`::${asked}`) || printed.endsWith(` ${asked}`);
const shown = (names: string[]): string => names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
