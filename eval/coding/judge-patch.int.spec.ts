import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOOLS_DIR } from '#platform/stack';
import { createSandbox, findExecutables } from '#workspace';
import { type Case, findCases, unpackRepository, visibleTestCommand } from './cases.js';
import { judgePatch } from './judge-patch.js';

const SOURCE = 'export const add = (a, b) => a - b;\nexport const twice = (a) => 2 * a;\n';
const testOf = (name: string, assertion: string): string => `import { it } from 'node:test';\nimport assert from 'node:assert';\nimport { add, twice } from '../src/sums.js';\nit('${name}', () => assert.equal(${assertion}));\n`;

describe('a patch is judged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-judge-'));
  const node = dirname(dirname(process.execPath));
  const sandbox = createSandbox({ executables: findExecutables(TOOLS_DIR), readOnly: [node], path: [join(node, 'bin')] });
  let one: Case;

  beforeAll(() => {
    chmodSync(folder, 0o755);
    const home = join(folder, 'cases', 'sums');
    write(join(folder, 'repo'), { 'package.json': '{"type": "module"}\n', 'src/sums.js': SOURCE, 'test/twice.js': testOf('doubles', 'twice(2), 4'), 'test/odd.js': testOf('fails before and after', 'twice(2), 5') });
    write(join(folder, 'hidden_tests'), { 'test/add.js': testOf('adds', 'add(2, 1), 3') });
    mkdirSync(home, { recursive: true });
    for (const [name, from] of [['repo.tar.gz', 'repo'], ['hidden_tests.tar.gz', 'hidden_tests']] as const) execFileSync('tar', ['czf', join(home, name), '-C', folder, from]);
    writeFileSync(join(home, 'case.json'), JSON.stringify({ id: 'sums', message: 'add does not add', run: 'node --test test/add.js', tests: ['test/add.js'] }));
    one = findCases(join(folder, 'cases'))[0]!;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function write(root: string, files: Record<string, string>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  }
  let n = 0;
  async function judged(source: string): Promise<string> {
    const home = join(folder, `try${++n}`);
    const repo = await unpackRepository(one, join(home, 'given'));
    const visible = visibleTestCommand(one, repo);
    writeFileSync(join(repo, 'src/sums.js'), source);
    const patch = execFileSync('git', ['-C', repo, 'diff'], { encoding: 'utf8' });
    return judgePatch(one, patch, visible, join(home, 'judged'), sandbox, {});
  }

  it.each([
    ['resolved', SOURCE.replace('a - b', 'a + b')],
    ['wrong logic', SOURCE.replace('a - b', 'a * b')],
    ['no submission', SOURCE],
    // The suite failed before too: only the names tell.
    ['broke others', SOURCE.replace('a - b', 'a + b').replace('2 * a', '3 * a')],
  ])('as %s', async (verdict, source) => expect(await judged(source)).toBe(verdict), 60_000);

  it.each(findCases(join(import.meta.dirname, 'fixtures')))('on a tree that holds neither the fix nor the hidden tests: $id', async (real) => {
    const home = join(folder, real.id);
    const repo = await unpackRepository(real, home);
    const patch = join(real.folder, 'gold.patch');
    expect(() => execFileSync('git', ['-C', repo, 'apply', '--reverse', '--check', patch], { stdio: 'ignore' })).toThrow();
    execFileSync('git', ['-C', repo, 'apply', '--check', patch]);
    execFileSync('tar', ['xzf', join(real.folder, 'hidden_tests.tar.gz'), '-C', home]);
    for (const test of real.tests) expect(existsSync(join(repo, test)) && readFileSync(join(repo, test), 'utf8') === readFileSync(join(home, 'hidden_tests', test), 'utf8')).toBe(false);
  });
});
