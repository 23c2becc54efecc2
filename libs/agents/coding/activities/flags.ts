/** Tests: new ones are welcome, those that are there say what is right. */
const TESTS = [
  /(^|\/)(tests?|__tests__|spec|specs|testdata|fixtures)\//i,
  /(^|\/)(test_[^/]*|[^/]*_test|[^/]*[._-](test|spec|int\.spec|e2e\.spec))\.[a-z]+$/i,
];
/** CI, and configuration of tests and builds: also a new file of these can make tests pass without mending anything. */
const SETTINGS = [
  /(^|\/)conftest\.py$/,
  /(^|\/)\.(github|gitlab|circleci|buildkite)\//,
  /(^|\/)(\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines\.yml|Jenkinsfile|\.pre-commit-config\.yaml)$/,
  /(^|\/)(jest|vitest|mocha|karma|playwright|babel|eslint)\.config\.[a-z]+$/,
  /(^|\/)(pytest\.ini|tox\.ini|setup\.cfg|noxfile\.py|sitecustomize\.py|\.mocharc[^/]*|\.npmrc|\.coveragerc|tsconfig[^/]*\.json|Makefile|package\.json|package-lock\.json|pyproject\.toml|Dockerfile|\.gitignore|\.gitattributes)$/,
];

const isSetting = (path: string): boolean => SETTINGS.some((pattern) => pattern.test(path));

/** Whether a changed file is to be looked at by whoever reviews the work. */
export const isFlagged = (path: string): boolean => isSetting(path) || TESTS.some((pattern) => pattern.test(path));

/** Whether a person has to approve the change: of CI and configuration always, of a test where it was there before. */
export const needsApproval = (path: string, exists: boolean): boolean => (exists ? isFlagged(path) : isSetting(path));
