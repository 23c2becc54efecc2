import tseslint from 'typescript-eslint';

const IGNORED = ['node_modules/', 'dist/', '.holdfast/', 'coverage/', '**/*.d.mts'];

/** What is wrong in any JavaScript. */
const ANY_CODE = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'for-direction': 'error',
  'getter-return': 'error',
  'no-async-promise-executor': 'error',
  'no-cond-assign': 'error',
  'no-constant-binary-expression': 'error',
  'no-constant-condition': ['error', { checkLoops: false }],
  'no-control-regex': 'error',
  'no-debugger': 'error',
  'no-dupe-else-if': 'error',
  'no-dupe-keys': 'error',
  'no-duplicate-case': 'error',
  'no-eval': 'error',
  'no-fallthrough': 'error',
  'no-loss-of-precision': 'error',
  'no-new-func': 'error',
  'no-self-assign': 'error',
  'no-self-compare': 'error',
  'no-sparse-arrays': 'error',
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-optional-chaining': 'error',
  'no-useless-escape': 'error',
  'no-var': 'error',
  'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
  'use-isnan': 'error',
  'valid-typeof': 'error',
};

/** Flat control flow (`?.` and `??` count as branches). How long a file may be is said by infra/lint/tree.spec.mjs, for all kinds of files. */
const SHAPE = { 'max-depth': ['error', 4], 'max-params': ['error', 6], complexity: ['error', 35] };

/** What only the types show. */
const TYPED = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
  '@typescript-eslint/no-array-delete': 'error',
  '@typescript-eslint/no-deprecated': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-implied-eval': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
  '@typescript-eslint/restrict-plus-operands': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

/** Pure code has no clock, no dice and no surroundings: the same arguments give the same answer, in a replay too. */
const IMPURE_GLOBALS = ['Date', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process', 'performance', 'crypto', 'fetch', 'console'];
const PURE = {
  'no-restricted-globals': ['error', ...IMPURE_GLOBALS.map((name) => ({ name, message: 'Pure code: take it as an argument or a port.' }))],
  'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Pure code: derive it from the arguments.' }],
};

/** Jest does not fail on these, it only runs less. */
const NO_FOCUS = {
  'no-restricted-syntax': [
    'error',
    { selector: "MemberExpression[object.name=/^(describe|it|test)$/][property.name='only']", message: 'Only one test would run.' },
    { selector: 'CallExpression[callee.name=/^(fdescribe|fit)$/]', message: 'Only one test would run.' },
  ],
};

export default tseslint.config(
  { ignores: IGNORED },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.{mjs,cjs}'], rules: { ...ANY_CODE, ...SHAPE } },
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser, parserOptions: { project: './infra/lint/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: { ...ANY_CODE, ...SHAPE, ...TYPED },
  },
  {
    files: ['apps/console/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './apps/console/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
  },
  { files: ['libs/{loop,drift,world}/**/*.ts'], ignores: ['**/*.spec.ts'], rules: PURE },
  { files: ['libs/**/*.ts'], ignores: ['**/*.spec.ts', '**/main.ts'], rules: { 'no-console': 'error' } },
  { files: ['**/*.spec.{ts,mjs}'], rules: NO_FOCUS },
  {
    // Tests look at answers of unknown shape, throw what a fault would throw, and hand async functions to servers.
    files: ['**/*.spec.ts', '**/testing/**/*.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-deprecated': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      'max-params': 'off',
      complexity: 'off',
    },
  },
);
