/** What lint and typecheck run, each as arguments for Node. */
export const LINT_STEPS = [
  { name: 'eslint', args: ['node_modules/eslint/bin/eslint.js', '--cache', '--cache-location', '.holdfast/eslint/', '.'] },
  { name: 'import rules', args: ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', 'apps', 'libs'] },
];
export const TYPE_STEPS = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', '.holdfast/types.tsbuildinfo', '-p', 'tsconfig.json'] },
];
