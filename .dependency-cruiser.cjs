const { RULES } = require('./infra/lint/import-rules.cjs');

/** The rules are a table in infra/lint/import-rules.cjs; each is seen to fail in infra/lint/imports.spec.ts. */
module.exports = {
  forbidden: RULES,
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.holdfast)/' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.d.mts', '.d.ts'],
    },
  },
};
