const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'infra/bootstrap/run-tests.mjs'];
const cli = (...args) => ({ args: ['--enable-source-maps', 'dist/apps/cli/src/main.js', ...args] });
const LINT = [{ args: ['node_modules/eslint/bin/eslint.js', '--cache', '--cache-location', '.holdfast/eslint/', '.'] }, { args: ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', 'apps', 'libs'] }];
const TYPES = [{ args: ['node_modules/typescript/bin/tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', '.holdfast/types.tsbuildinfo', '-p', 'tsconfig.json'] }];

/** The commands of package.json: what they need built, and what they run, one after another. */
export const COMMANDS = {
  quickstart: { help: 'set up everything, run the research agent on the sample corpus, print the answer', steps: (_root, args) => [cli('quickstart', ...args)] },
  up: { help: 'start the stack and stay in the foreground', steps: (_root, args) => [cli('up', ...args)] },
  holdfast: { help: 'the holdfast command line', steps: (_root, args) => [cli(...args)] },
  setup: { help: 'fetch and build everything, start nothing', steps: () => [cli('setup')] },
  build: { help: 'compile into dist/', steps: () => [] },
  lint: { help: 'eslint and the import rules', build: false, steps: () => LINT },
  typecheck: { help: 'tsc without output', build: false, steps: () => TYPES },
  test: { help: 'lint, then all tests: unit, integration, end to end', steps: (_root, args) => [...LINT, { args: [...JEST, ...args] }] },
  'test:unit': { help: 'the quick ring: tests without servers', build: false, steps: (_root, args) => [{ args: [...JEST, '--ring', 'unit', ...args] }] },
  bench: { help: 'what the loop costs, beside a bare workflow', steps: (_root, args) => [{ args: ['--enable-source-maps', 'dist/bench/spine/main.js', ...args] }] },
};
