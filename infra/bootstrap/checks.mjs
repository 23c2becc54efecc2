/** The build of the page takes types away and does not look at them. */
const CONSOLE_TYPES = { name: 'types of the console', args: ['node_modules/typescript/bin/tsc', '-p', 'apps/console/tsconfig.json'] };

/** What lint and typecheck run, each as arguments for Node. ESLint keeps no cache: rules that read types look beyond the file whose change a cache goes by. */
export const LINT_STEPS = [
  CONSOLE_TYPES,
  { name: 'eslint', args: ['node_modules/eslint/bin/eslint.js', '.'] },
  { name: 'import rules', args: ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'bench', 'eval', 'test', 'samples', 'infra'] },
];
export const TYPE_STEPS = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', '.holdfast/types.tsbuildinfo', '-p', 'tsconfig.json'] },
  CONSOLE_TYPES,
];
