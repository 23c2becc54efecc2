import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cruise } from 'dependency-cruiser';

const ROOT = join(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);
const { ROWS, RULES } = require('./import-rules.cjs');
const { options } = require('../../.dependency-cruiser.cjs');

/** By rule: the file that breaks it, and the import that does. */
const FORBIDDEN = {
  'imports-of-contracts': ['libs/contracts/src/planted.ts', `import '#platform';`],
  'packages-of-contracts': ['libs/contracts/src/planted-package.ts', `import 'pg';`],
  'imports-of-platform': ['libs/platform/src/planted.ts', `import '#store';`],
  'imports-of-steering': ['libs/steering/src/planted.ts', `import '#store';`],
  'packages-of-steering': ['libs/steering/src/planted-package.ts', `import 'node:fs';`],
  'imports-of-clinical': ['libs/clinical/src/planted.ts', `import '#store';`],
  'imports-of-drift': ['libs/drift/src/planted.ts', `import '#store';`],
  'packages-of-drift': ['libs/drift/src/planted-package.ts', `import 'node:fs';`],
  'imports-of-world': ['libs/world/src/planted.ts', `import '#store';`],
  'packages-of-world': ['libs/world/src/planted-package.ts', `import 'node:fs';`],
  'imports-of-loop': ['libs/loop/src/planted.ts', `import type { Anything } from '#activities';`],
  'packages-of-loop': ['libs/loop/src/planted-package.ts', `import '@temporalio/workflow';`],
  'imports-of-workflows': ['libs/workflows/src/planted.ts', `import '#store';`],
  'types-only-in-workflows': ['libs/workflows/src/planted-value.ts', `import { anything } from '#activities'; export default anything;`],
  'packages-of-workflows': ['libs/workflows/src/planted-package.ts', `import 'node:crypto';`],
  'imports-of-agent-contract': ['libs/agents/one/contract.ts', `import './activities/index.js';`],
  'packages-of-agent-contract': ['libs/agents/two/contract.ts', `import 'pg';`],
  'imports-of-agent-registry': ['libs/agents/planted.ts', `import './three/activities/index.js';`],
  'packages-of-agent-registry': ['libs/agents/planted-package.ts', `import 'pg';`],
  'imports-of-agent-prompts': ['libs/agents/three/prompts/planted.ts', `import '#store';`],
  'types-only-in-agent-prompts': ['libs/agents/three/prompts/planted-value.ts', `import { anything } from '../activities/index.js'; export default anything;`],
  'packages-of-agent-prompts': ['libs/agents/three/prompts/planted-package.ts', `import 'node:fs';`],
  'imports-of-agent-workflow': ['libs/agents/three/workflow/planted.ts', `import '#models';`],
  'types-only-in-agent-workflow': ['libs/agents/three/workflow/planted-value.ts', `import { anything } from '../activities/index.js'; export default anything;`],
  'packages-of-agent-workflow': ['libs/agents/three/workflow/planted-package.ts', `import '@temporalio/client';`],
  'imports-of-agent-activities': ['libs/agents/three/activities/planted.ts', `import '#workflows';`],
  'imports-of-models': ['libs/models/src/planted.ts', `import '#store';`],
  'imports-of-store': ['libs/store/src/planted.ts', `import '#models';`],
  'imports-of-workspace': ['libs/workspace/src/planted.ts', `import type { Anything } from '#store';`],
  'imports-of-corpus': ['libs/corpus/src/planted.ts', `import '#activities';`],
  'imports-of-activities': ['libs/activities/src/planted.ts', `import '#workflows';`],
  'imports-of-client': ['libs/client/src/planted.ts', `import '#platform';`],
  'types-only-in-client': ['libs/client/src/planted-value.ts', `import { anything } from '#contracts'; export default anything;`],
  'packages-of-client': ['libs/client/src/planted-package.ts', `import 'node:fs';`],
  'imports-of-mcp': ['libs/mcp/src/planted.ts', `import '#store';`],
  'imports-of-api': ['apps/api/src/planted.ts', `import '#activities';`],
  'imports-of-runtime': ['apps/runtime/src/planted.ts', `import '#models';`],
  'imports-of-worker': ['apps/worker/src/planted.ts', `import '../../api/src/index.js';`],
  'imports-of-cli': ['apps/cli/src/planted.ts', `import '#activities';`],
  'imports-of-console': ['apps/console/src/planted.ts', `import '#store';`],
  'imports-of-bench': ['bench/planted.ts', `import '../apps/api/src/index.js';`],
  'imports-of-eval': ['eval/planted.ts', `import '../apps/api/src/index.js';`],
  'agents-do-not-import-each-other': ['libs/agents/three/activities/planted-agent.ts', `import '../../one/contract.js';`],
  'libs-never-import-apps': ['libs/store/src/planted-app.ts', `import '#apps/api/src/index';`],
  'what-ships-imports-no-test': ['libs/store/src/planted-test.ts', `import '#test/setup/index';`],
  'no-cycles': ['libs/store/src/planted-cycle.ts', `import './planted-round.js';`],
  'no-unresolved': ['libs/store/src/planted-nowhere.ts', `import './nowhere.js';`],
};

/** What the rows allow, the narrow cases among it. */
const ALLOWED = {
  'libs/loop/src/allowed.ts': `import '#drift'; import '#contracts';`,
  'libs/workflows/src/allowed.ts': `import type { Anything } from '#activities'; import '#loop'; import '#agents/three/contract';`,
  'libs/agents/three/activities/allowed.ts': `import '#activities'; import '#store'; import '../contract.js'; import '../prompts/index.js'; import 'node:fs';`,
  'libs/agents/three/prompts/allowed.ts': `import type { Anything } from '../activities/index.js'; import '../contract.js';`,
  'libs/agents/three/workflow/allowed.ts': `import type { Anything } from '../activities/index.js'; import '#workflows';`,
  'libs/agents/allowed.ts': `import './three/contract.js';`,
  'libs/store/src/allowed.spec.ts': `import '#test/setup/index'; import '#models';`,
  'apps/api/src/allowed.ts': `import '#agents/three/contract'; import '#store'; import 'node:http';`,
  'apps/worker/src/allowed.ts': `import '#agents/three/activities/index'; import '#workflows';`,
  'apps/cli/src/allowed.ts': `import '#bootstrap/index'; import '#client';`,
  'libs/client/src/allowed.ts': `import type { Anything } from '#contracts';`,
};

const ENTRIES = [
  ...['client', 'contracts', 'platform', 'drift', 'loop', 'workflows', 'activities', 'models', 'store', 'corpus'].map((name) => `libs/${name}/src/index.ts`),
  'libs/agents/three/contract.ts',
  ...['activities', 'prompts', 'workflow'].map((part) => `libs/agents/three/${part}/index.ts`),
  'libs/agents/one/activities/index.ts',
  ...['api', 'worker'].map((name) => `apps/${name}/src/index.ts`),
  'test/setup/index.ts',
  'infra/bootstrap/index.mjs',
];

describe('the import rules', () => {
  let folder;
  let violations;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-imports-')));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', imports: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).imports }));
    for (const name of ['pg', '@temporalio/workflow', '@temporalio/client']) write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }), `node_modules/${name}/index.js`);
    for (const file of ENTRIES) write(file, 'export const anything = 1; export type Anything = number;');
    write('libs/store/src/planted-round.ts', `import './planted-cycle.js';`);
    for (const [file, text] of [...Object.entries(ALLOWED), ...Object.values(FORBIDDEN)]) write(file, text);
    const { output } = await cruise(['apps', 'libs', 'bench', 'eval'], { ...options, baseDir: folder, ruleSet: { forbidden: RULES }, validate: true });
    violations = output.summary.violations.map((v) => `${v.rule.name} ${v.from}`);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const write = (file, text, empty) => {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
    if (empty) writeFileSync(join(folder, empty), '');
  };

  it('have a planted import each', () => {
    expect(Object.keys(FORBIDDEN).sort()).toEqual(RULES.map((rule) => rule.name).sort());
    expect(ROWS.length).toBeGreaterThan(20);
  });

  it.each(Object.entries(FORBIDDEN))('%s', (rule, [file]) => {
    expect(violations).toContain(`${rule} ${file}`);
  });

  it.each(Object.keys(ALLOWED))('let %s be', (file) => {
    expect(violations.filter((v) => v.endsWith(` ${file}`))).toEqual([]);
  });
});
