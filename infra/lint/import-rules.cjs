/**
 * Who may import whom: one row a rule. `may` names what a folder may reach inside the project, beside itself; `npm`
 * what it may reach outside (packages, Node's own modules), everything where it is left out. Types count as imports,
 * except where `types` names what may be imported as types alone. docs/decisions/0050 says why the rows are as they are.
 */
const lib = (...names) => names.map((name) => `libs/${name}/`);
const CONTRACT = 'libs/agents/[^/]+/contract\\.ts$';
const BOOTSTRAP = 'infra/bootstrap/';
const SANDBOX = ['zod', '@temporalio/workflow', '@temporalio/common'];
const IO = lib('contracts', 'clinical', 'platform', 'drift', 'world', 'models', 'store', 'corpus', 'workspace');

exports.ROWS = [
  { name: 'contracts', from: 'libs/contracts/', may: [], npm: ['zod'] },
  { name: 'platform', from: 'libs/platform/', may: [...lib('contracts'), BOOTSTRAP] },
  { name: 'drift', from: 'libs/drift/', may: lib('contracts'), npm: [] },
  { name: 'steering', from: 'libs/steering/', may: lib('contracts'), npm: [] },
  { name: 'clinical', from: 'libs/clinical/', may: lib('contracts') },
  { name: 'world', from: 'libs/world/', may: lib('contracts'), npm: ['zod'] },
  { name: 'loop', from: 'libs/loop/', may: lib('contracts', 'drift'), npm: [] },
  { name: 'workflows', from: 'libs/workflows/', may: [...lib('contracts', 'loop', 'drift', 'world'), CONTRACT], types: lib('activities'), npm: SANDBOX },
  { name: 'agent-contract', from: CONTRACT, may: lib('contracts'), npm: ['zod'] },
  { name: 'agent-registry', from: 'libs/agents/[^/]+\\.ts$', may: [...lib('contracts'), CONTRACT], npm: [] },
  { name: 'agent-prompts', from: 'libs/agents/([^/]+)/prompts/', may: [...lib('contracts'), 'libs/agents/$1/(contract\\.ts$|prompts/)'], types: ['libs/agents/$1/'], npm: ['zod'] },
  { name: 'agent-workflow', from: 'libs/agents/([^/]+)/workflow/', may: [...lib('contracts', 'loop', 'drift', 'world', 'workflows'), 'libs/agents/$1/(contract\\.ts$|workflow/)'], types: [...lib('activities'), 'libs/agents/$1/activities/'], npm: SANDBOX },
  { name: 'agent-activities', from: 'libs/agents/([^/]+)/activities/', may: [...IO, ...lib('activities'), 'libs/agents/$1/(contract\\.ts$|activities/|prompts/)'] },
  { name: 'models', from: 'libs/models/', may: lib('contracts', 'platform') },
  { name: 'store', from: 'libs/store/', may: lib('contracts', 'platform', 'world') },
  { name: 'workspace', from: 'libs/workspace/', may: lib('contracts', 'platform') },
  { name: 'corpus', from: 'libs/corpus/', may: lib('contracts', 'platform', 'store', 'models') },
  { name: 'activities', from: 'libs/activities/', may: [...IO, ...lib('loop', 'steering')] },
  { name: 'client', from: 'libs/client/', may: [], types: lib('contracts'), npm: [] },
  { name: 'mcp', from: 'libs/mcp/', may: lib('contracts', 'platform', 'models', 'client') },
  { name: 'api', from: 'apps/api/', may: [...lib('contracts', 'clinical', 'platform', 'drift', 'store', 'corpus', 'models', 'world', 'mcp', 'client'), CONTRACT, 'libs/agents/registry\\.ts$'] },
  { name: 'runtime', from: 'apps/runtime/', may: [...lib('contracts', 'platform'), 'libs/models/src/(gemma4|tools)/'] },
  { name: 'worker', from: 'apps/worker/', may: ['libs/'] },
  { name: 'cli', from: 'apps/cli/', may: [...lib('client', 'clinical', 'contracts', 'platform', 'store', 'models', 'steering', 'mcp'), BOOTSTRAP] },
  { name: 'console', from: 'apps/console/', may: lib('client', 'contracts') },
  { name: 'bench', from: 'bench/', may: ['libs/', 'apps/worker/', 'test/'] },
  { name: 'eval', from: 'eval/', may: ['libs/', 'bench/(options|embed-server|vector-cache)\\.ts$', 'bench/world/postgres\\.ts$', 'test/'] },
];

/** Specs, and what only specs use, may reach for test servers and scripted models: the rows are for what ships. */
const TESTING = '\\.spec\\.(ts|mjs)$|/testing/';
const OURS = '^(apps|libs|bench|eval|test|infra|samples)/';
const OUTSIDE = `^(?!(apps|libs|bench|eval|test|infra|samples)/)`;

const starting = (paths) => paths.map((path) => `^${path}`).join('|');
const self = ({ from }) => from.replace(/\(\[\^\/\]\+\)/, '$1');
const packages = (names) => names.map((name) => `node_modules/${name}/`);

function rulesOf(row) {
  const from = { path: `^${row.from}`, pathNot: TESTING };
  const allowed = [self(row), ...row.may];
  const inside = [{ name: `imports-of-${row.name}`, severity: 'error', from, to: { path: OURS, pathNot: starting([...allowed, ...(row.types ?? [])]) } }];
  const typesOnly = row.types ? [{ name: `types-only-in-${row.name}`, severity: 'error', from, to: { path: starting(row.types), pathNot: starting(allowed), dependencyTypesNot: ['type-only'] } }] : [];
  const outside = row.npm ? [{ name: `packages-of-${row.name}`, severity: 'error', from, to: { path: OUTSIDE, pathNot: starting(packages(row.npm)) || '^$' } }] : [];
  return [...inside, ...typesOnly, ...outside];
}

exports.RULES = [
  ...exports.ROWS.flatMap(rulesOf),
  { name: 'agents-do-not-import-each-other', severity: 'error', from: { path: '^libs/agents/([^/]+)/' }, to: { path: '^libs/agents/[^/]+/', pathNot: '^libs/agents/$1/' } },
  { name: 'libs-never-import-apps', severity: 'error', from: { path: '^libs/', pathNot: TESTING }, to: { path: '^apps/' } },
  { name: 'what-ships-imports-no-test', severity: 'error', from: { path: '^(apps|libs)/', pathNot: TESTING }, to: { path: `^test/|${TESTING}` } },
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  // A package of types alone: nothing of it is there at run time.
  { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^@medplum/fhirtypes$' } },
];
