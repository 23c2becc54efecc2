import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PROJECT_ROOT } from '#platform';

jest.setTimeout(120_000);

describe('the package of the typed client', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-client-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (command: string, args: string[], cwd: string): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  };

  it('is installed by another program, which has its methods and their types', () => {
    const pack = `import { packClient } from ${JSON.stringify(join(PROJECT_ROOT, 'infra/client/pack.mjs'))}; console.log(packClient(${JSON.stringify(folder)}));`;
    const archive = run(process.execPath, ['--input-type=module', '-e', pack], PROJECT_ROOT).trim();
    const program = join(folder, 'program');
    mkdirSync(program);
    writeFileSync(join(program, 'package.json'), '{"type":"module","private":true}');
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', archive], program);
    writeFileSync(join(program, 'main.mjs'), `import { createClient } from '@holdfast/client';\nconst client = createClient({ baseUrl: 'http://127.0.0.1:1', retry: { attempts: 1 } });\nclient.getRun({ path: { id: 'x' } }).catch((error) => console.log(error.name));\n`);
    expect(run(process.execPath, ['main.mjs'], program)).toBe('ConnectionError\n');
    const types = (call: string) => {
      writeFileSync(join(program, 'main.ts'), `import { createClient } from '@holdfast/client';\nconst client = createClient({ baseUrl: 'x' });\n${call}\n`);
      return spawnSync(process.execPath, [join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc'), 'main.ts', '--noEmit', '--ignoreConfig', '--strict', '--skipLibCheck', '--module', 'NodeNext', '--lib', 'ES2023,DOM'], { cwd: program, encoding: 'utf8' });
    };
    expect(types(`void client.getRun({ path: { id: 'x' } }).then((run) => run.status === 'completed');`)).toMatchObject({ status: 0, stdout: '' });
    expect(types(`void client.getRun({ path: { id: 1 } });`).status).not.toBe(0);
  });
});
