/** Files whose change can make tests pass without mending anything: tests, CI, and configuration of either. */
const FLAGGED = [
  /(^|\/)(tests?|__tests__|spec|specs|testdata|fixtures)\//i,
  /(^|\/)(test_[^/]*|[^/]*_test|[^/]*[._-](test|spec|int\.spec|e2e\.spec))\.[a-z]+$/i,
  /(^|\/)conftest\.py$/,
  /(^|\/)\.(github|gitlab|circleci|buildkite)\//,
  /(^|\/)(\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines\.yml|Jenkinsfile|\.pre-commit-config\.yaml)$/,
  /(^|\/)(jest|vitest|mocha|karma|playwright|babel|eslint)\.config\.[a-z]+$/,
  /(^|\/)(pytest\.ini|tox\.ini|setup\.cfg|noxfile\.py|\.mocharc[^/]*|\.coveragerc|tsconfig[^/]*\.json|Makefile|package\.json|package-lock\.json|pyproject\.toml|Dockerfile|\.gitignore|\.gitattributes)$/,
];

export const isFlagged = (path: string): boolean => FLAGGED.some((pattern) => pattern.test(path));
