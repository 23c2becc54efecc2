import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const RINGS = ['unit', 'integration', 'e2e'];

/** Runs Jest ring by ring (`--ring NAME` picks one; other arguments go to Jest) and sums what Jest itself counted. */
const args = process.argv.slice(2);
const at = args.indexOf('--ring');
const rings = at < 0 ? RINGS : args.splice(at, 2).slice(1);
const total = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];
let broken = false;
mkdirSync(join(ROOT, '.holdfast', 'test'), { recursive: true });
for (const ring of rings) {
  const file = join(ROOT, '.holdfast', 'test', `${ring}.json`);
  rmSync(file, { force: true });
  const workers = ring === 'unit' ? [] : ['--runInBand'];
  const { status } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '--selectProjects', ring, ...workers, '--passWithNoTests', '--forceExit', '--json', `--outputFile=${file}`, ...args],
    { cwd: ROOT, stdio: ['ignore', 2, 2], env: { ...process.env, NODE_ENV: 'test' } },
  );
  const counted = read(file);
  broken ||= status !== 0 || !counted;
  if (!counted) continue;
  total.passed += counted.numPassedTests;
  total.failed += counted.numFailedTests + counted.numRuntimeErrorTestSuites;
  total.skipped += counted.numPendingTests + counted.numTodoTests;
  for (const suite of counted.testResults) {
    for (const test of suite.assertionResults.filter((t) => t.status === 'pending')) skipped.push(test.fullName);
  }
}
if (skipped.length) console.log(`Skipped:\n${skipped.map((name) => `  ${name}`).join('\n')}`);
if (broken && total.failed === 0) total.failed = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
