// Runs lint, then Jest ring by ring, and sums what Jest itself counted; a check of lint counts as one test.
// `--ring NAME` takes one ring and no lint; what else is given goes to Jest.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LINT_STEPS } from './checks.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const RESULTS = join(ROOT, '.holdfast', 'test-results');
const RINGS = ['unit', 'integration', 'e2e', 'browser'];
/** Suites with servers that may run a second time, whole and by themselves: a machine that stalls fails a few. More is no accident. */
const MOST_AGAIN = 4;
const NODE_OPTIONS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

const args = process.argv.slice(2);
const at = args.indexOf('--ring');
const rings = at < 0 ? RINGS : args.splice(at, 2).slice(1);
const unknown = rings.find((ring) => !RINGS.includes(ring));
if (unknown !== undefined) {
  console.error(`There is no ring "${unknown}"; the rings are ${RINGS.join(', ')}.`);
  process.exit(2);
}

mkdirSync(RESULTS, { recursive: true });
const outcomes = [...(at < 0 && args.length === 0 ? LINT_STEPS.map(check) : []), ...rings.map(runRing)];
const total = (kind) => outcomes.reduce((sum, outcome) => sum + outcome[kind].length, 0);
for (const kind of ['skipped', 'failed']) {
  const names = outcomes.flatMap((outcome) => outcome[kind]);
  if (names.length > 0) console.log(`${kind[0].toUpperCase()}${kind.slice(1)}:\n${names.map((name) => `  ${name}`).join('\n')}`);
}
const passed = total('passed');
const failed = total('failed');
console.log(`${passed} passed, ${failed} failed, ${total('skipped')} skipped`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function check({ name, args: checkArgs }) {
  const { status } = spawnSync(process.execPath, checkArgs, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  return { passed: status === 0 ? [name] : [], failed: status === 0 ? [] : [name], skipped: [] };
}

function runRing(ring) {
  const { status, suites } = runJest(ring, args);
  if (suites === undefined) return { passed: [], failed: [`${ring}: Jest ended (${status}) without results`], skipped: [] };
  const failing = suites.filter((suite) => suite.status === 'failed');
  const again = ring === 'unit' || failing.length > MOST_AGAIN ? [] : failing.map((suite) => suite.name);
  const second = again.length > 0 ? runJest(ring, ['--runTestsByPath', ...again]) : undefined;
  if (second?.suites) console.error(`Run a second time, since they failed at first:\n${second.suites.map((suite) => `  ${suite.name} (${suite.status})`).join('\n')}`);
  const counted = second?.suites ? [...suites.filter((suite) => !again.includes(suite.name)), ...second.suites] : suites;
  return outcomeOf(ring, counted, second?.suites ? second.status : status);
}

function runJest(ring, more) {
  const file = join(RESULTS, `${ring}.json`);
  rmSync(file, { force: true });
  // Specs with servers share two cores with them, so one runs at a time; in a process of its own, which is left for a new
  // one as it grows, since Jest keeps the ES modules of each spec that it has run.
  const workers = ring === 'unit' ? [] : ['--maxWorkers=1', '--workerIdleMemoryLimit=1GB'];
  const jest = [...NODE_OPTIONS, 'node_modules/jest/bin/jest.js', '--selectProjects', ring, ...workers, '--passWithNoTests', '--forceExit', '--json', `--outputFile=${file}`, ...more];
  const { status } = spawnSync(process.execPath, jest, { cwd: ROOT, stdio: ['ignore', 2, 2], env: { ...process.env, NODE_ENV: 'test' } });
  return { status, suites: readResults(file)?.testResults };
}

function outcomeOf(ring, suites, status) {
  const tests = suites.flatMap((suite) => suite.assertionResults);
  const named = (...states) => tests.filter(({ status: state }) => states.includes(state)).map(({ fullName }) => fullName);
  // A suite that can't be loaded has no tests, and Jest counts none.
  const broken = suites.filter((suite) => suite.status === 'failed' && !suite.assertionResults.some(({ status: state }) => state === 'failed')).map((suite) => `${suite.name} can't run`);
  const failed = [...named('failed'), ...broken];
  if (status !== 0 && failed.length === 0) failed.push(`${ring}: Jest ended with ${status}`);
  return { passed: named('passed'), failed, skipped: named('pending', 'todo', 'skipped', 'disabled') };
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
