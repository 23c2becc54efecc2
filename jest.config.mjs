import { existsSync } from 'node:fs';
import { join } from 'node:path';

// Rings, told apart by file name: *.spec.ts needs no server, *.int.spec.ts a Postgres and a Temporal, *.e2e.spec.ts the
// whole stack, *.browser.spec.ts a Chromium too. `jest --selectProjects unit integration e2e browser` picks rings; a path picks a file.
const shared = {
  rootDir: import.meta.dirname,
  roots: ['apps', 'libs', 'test', 'bench', 'eval', 'infra'].map((folder) => join(import.meta.dirname, folder)).filter((folder) => existsSync(folder)),
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // A package that has its TypeScript under our own condition.
    '^eventsource-parser$': '<rootDir>/node_modules/eventsource-parser/dist/index.js',
    '^eventsource-parser/stream$': '<rootDir>/node_modules/eventsource-parser/dist/stream.js',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

const servers = {
  globalSetup: '<rootDir>/test/setup/global-setup.mjs',
  globalTeardown: '<rootDir>/test/setup/global-teardown.mjs',
};

const ring = (displayName, testMatch, testPathIgnorePatterns, more = {}) => ({
  ...shared,
  ...more,
  displayName,
  testMatch,
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/\\.holdfast/', ...testPathIgnorePatterns],
});

export default {
  projects: [
    ring('unit', ['**/*.spec.{ts,mjs}'], ['\\.(int|e2e|browser)\\.spec\\.']),
    ring('integration', ['**/*.int.spec.ts'], [], servers),
    ring('e2e', ['**/*.e2e.spec.ts'], [], servers),
    ring('browser', ['**/*.browser.spec.ts'], [], servers),
  ],
};
