import { QUICKSTART_HELP, TEST_HELP, UP_HELP } from './help.mjs';
import { LINT_STEPS, TYPE_STEPS } from './checks.mjs';

const cli = (...args) => [{ args: ['--enable-source-maps', 'dist/apps/cli/src/main.js', ...args] }];
const jest = (...args) => [{ args: ['infra/bootstrap/run-tests.mjs', ...args] }];

const FUZZ_USAGE = '[--seconds N] [--seed N] [--only PATTERN]';

/**
 * The commands of package.json: `summary` for the list, `usage` for --help (without one the command answers it
 * itself), whether it needs the build, and the steps that it runs one after another.
 */
export const COMMANDS = {
  quickstart: { summary: 'set up everything, run the research agent on the sample corpus, print the answer', usage: QUICKSTART_HELP, build: true, steps: (args) => cli('quickstart', ...args) },
  up: { summary: 'start the stack and stay in the foreground', usage: UP_HELP, build: true, steps: (args) => cli('up', ...args) },
  holdfast: { summary: 'the holdfast command line', build: true, steps: (args) => cli(...args) },
  gate: { summary: 'serve the model calls of the runtimes in HOLDFAST_GATES, and nothing else', usage: 'HOLDFAST_GATES=ID DATABASE_URL=… TEMPORAL_ADDRESS=… npm run gate', build: true, steps: () => [{ args: ['--enable-source-maps', 'dist/apps/worker/src/gate-main.js'] }] },
  setup: { summary: 'fetch and build everything, start nothing', usage: 'npm run setup', build: true, steps: () => cli('setup') },
  build: { summary: 'compile into dist/', usage: 'npm run build', build: true, steps: () => [] },
  lint: { summary: 'eslint and the import rules', usage: 'npm run lint', build: false, steps: () => LINT_STEPS },
  typecheck: { summary: 'tsc without output', usage: 'npm run typecheck', build: false, steps: () => TYPE_STEPS },
  test: { summary: 'lint, then all tests: unit, integration, end to end, browser', usage: TEST_HELP, build: true, steps: (args) => jest(...args) },
  'test:unit': { summary: 'the quick ring: tests without servers', usage: TEST_HELP, build: false, steps: (args) => jest('--ring', 'unit', ...args) },
  'test:browser': { summary: 'the console in a Chromium, over the real parts and a scripted model', usage: TEST_HELP, build: true, steps: (args) => jest('--ring', 'browser', ...args) },
  screenshots: { summary: 'pictures of the console, the documentation and the Web UI from real runs, into docs/images', build: true, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'test/screenshots/main.ts', ...args] }] },
  docs: { summary: 'write the parts of the documentation that follow from the code', usage: 'npm run docs', build: true, steps: () => [{ args: ['infra/docs/main.mjs'] }] },
  'pack:client': { summary: 'the typed client as a package for other programs, into .holdfast/', usage: 'npm run pack:client', build: false, steps: () => [{ args: ['infra/client/pack.mjs'] }] },
  contract: { summary: 'one suite against every kind of model runtime; writes docs/contract.md', build: false, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'test/contract/main.ts', ...args] }] },
  bench: { summary: 'what the loop costs, beside a bare workflow', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/bench/spine/main.js', ...args] }] },
  chaos: { summary: 'kill parts of a busy stack at random, then count what was lost or doubled', build: true, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'bench/chaos/main.ts', ...args] }] },
  'bench:fleet': { summary: 'how many runs one, two and four workers carry, and what a batch costs beside a bare parent', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/bench/fleet/main.js', ...args] }] },
  soak: { summary: 'half an hour of mixed load: memory of API and workers, and errors', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/bench/soak/main.js', ...args] }] },
  'bench:models': { summary: 'idle memory of the whole stack, and how soon a cancelled call frees the runtime', build: true, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'bench/models/main.ts', ...args] }] },
  'bench:console': { summary: 'the console with 5,000 runs in the list and 10,000 steps in a run: when it is usable, frames while scrolling', build: true, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'bench/console/main.ts', ...args] }] },
  'bench:drift': { summary: 'what a drift check costs at step 200 and at step 2,000', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/bench/drift.js', ...args] }] },
  'bench:corpus': { summary: 'pages a second of ingestion beside the bare parser; search over many passages', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/bench/corpus/main.js', ...args] }] },
  'eval:drift': { summary: 'alarms on recorded runs that failed and on good ones, beside other detectors', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/eval/drift/main.js', ...args] }] },
  'eval:ladder': { summary: 'runs of a small model with and without the remedies, paired by task and seed', build: true, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'eval/ladder/main.ts', ...args] }] },
  'bench:workspace': { summary: 'what a sandboxed command, a snapshot, a repository map and a large log cost', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/bench/workspace/main.js', ...args] }] },
  'eval:coding': { summary: 'the coding agent on real bugs: resolved, wrong, not submitted, broke others', build: true, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'eval/coding/main.ts', ...args] }] },
  'eval:retrieval': { summary: 'how often a search finds the document that answers a question', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/eval/retrieval/main.js', ...args] }] },
  'eval:research': { summary: 'the research agent on closed questions: accuracy, citations that stand, refusals without the document', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/eval/research/main.js', ...args] }] },
  'eval:steering': { summary: 'activation steering beside the opposite sign and directions of chance, with what it costs in quality', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/eval/steering/main.js', ...args] }] },
  'bench:runtime': { summary: 'tokens a second of the embedded runtime, beside node-llama-cpp and Ollama; first token by turn', build: false, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'bench/runtime/main.ts', ...args] }] },
  'fuzz:api': { summary: 'requests by the OpenAPI document, allowed and forbidden ones: no 500, no undocumented answer', usage: `npm run fuzz:api -- [--full] ${FUZZ_USAGE}`, build: false, steps: (args) => [{ args: ['infra/bootstrap/fuzz.mjs', 'api', ...args] }] },
  'fuzz:files': { summary: 'broken bodies, and real files of every format with bytes changed: no crash, no hang', usage: `npm run fuzz:files -- [--full] ${FUZZ_USAGE}`, build: false, steps: (args) => [{ args: ['infra/bootstrap/fuzz.mjs', 'files', ...args] }] },
  'bench:load': { summary: '200 requests a second at the API beside a bare NestJS route: errors and latencies', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/bench/load/main.js', ...args] }] },
  sbom: { summary: 'write what Holdfast is made of as CycloneDX, by the lock file and the pins', usage: 'npm run sbom -- [--out FILE]', build: false, steps: (args) => [{ args: ['--import', './test/setup/source-loader.mjs', 'infra/supply/sbom.mjs', ...args] }] },
  'audit:deps': { summary: 'licences and known weaknesses of what is installed; the latter where the registry answers', usage: 'npm run audit:deps', build: false, steps: (args) => [{ args: ['infra/supply/audit.mjs', ...args] }] },
  'bench:world': { summary: 'what it costs to change a large world and to read any version of it', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/bench/world/main.js', ...args] }] },
  'eval:verifier': { summary: 'what the check of clinical notes finds in notes that were changed, and its false alarms', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/eval/verifier/main.js', ...args] }] },
  'eval:deidentify': { summary: 'which names, dates, addresses and ids the rules of de-identification find, by type', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/eval/deidentify/main.js', ...args] }] },
  'eval:medical': { summary: 'drafted notes beside the clinicians’: ROUGE by section, unsupported sentences, omissions', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/eval/medical/main.js', ...args] }] },
  'eval:world': { summary: 'imports without loss, and whether a campaign of 200 turns remembers', build: true, steps: (args) => [{ args: ['--enable-source-maps', 'dist/eval/world/main.js', ...args] }] },
};
