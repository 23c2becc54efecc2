/** What lint and typecheck run, each as arguments for Node. ESLint keeps no cache: rules that read types look beyond the file whose change a cache goes by. */
export const LINT_STEPS = [
  { name: 'eslint', args: ['node_modules/eslint/bin/eslint.js', '.'] },
  { name: 'import rules', args: ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'bench', 'eval', 'test', 'samples', 'infra'] },
];
export const TYPE_STEPS = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', '.holdfast/types.tsbuildinfo', '-p', 'tsconfig.json'] },
];
