import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { medical } from '#agents/medical/activities/index';
import { LOCAL_TENANT, type RunView } from '#contracts';
import { PROJECT_ROOT } from '#platform';
import { configuredRunKeys, useRunKeys, withTx } from '#store';
import { ApiStack } from '#test/harness/api-stack';
import { scribe } from '#test/harness/scribe';
import { EXIT } from '../remote/exit-codes.js';

jest.setTimeout(120_000);
const DICTATION = 'The left knee hurts since a week. Start ibuprofen 400 mg twice a day.';
const masterLine = (id: string): string => `${id} ${randomBytes(32).toString('base64')}`;

/** The commands as an operator runs them, beside a real API over a real database. */
describe('holdfast audit verify and keys rewrap', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-keys-'));
  const [masterFile, runKeys] = [join(folder, 'master.keys'), join(folder, 'run-keys')];
  const [old, fresh] = [masterLine('old'), masterLine('fresh')];
  const env = { HOLDFAST_MASTER_KEY_FILE: masterFile, HOLDFAST_RUN_KEYS_DIR: runKeys };
  let stack: ApiStack;
  let runId: string;
  beforeAll(async () => {
    writeFileSync(masterFile, `${old}\n`, { mode: 0o600 });
    stack = await ApiStack.start({ agents: new Map([[medical.contract.name, medical]]) }, env);
    stack.loop.script = scribe;
    runId = (await stack.post<RunView>('/runs', { agent: 'medical', input: { dictation: DICTATION, template: 'soap' } })).body.id;
    await stack.loop.untilStatus({ tenantId: LOCAL_TENANT, runId }, 'waiting_approval', 60_000);
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const holdfast = (args: string[], more: Record<string, string> = {}): Promise<{ code: number; out: string }> =>
    new Promise((done) => {
      const settings = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: stack.loop.config.databaseUrl, HOLDFAST_DATA_DIR: folder, ...env, ...more };
      execFile(process.execPath, ['--import', './test/setup/source-loader.mjs', 'apps/cli/src/main.ts', ...args], { cwd: PROJECT_ROOT, env: settings }, (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, out: stdout + stderr }));
    });
  const wrappedBy = (): string[] => readdirSync(runKeys).filter((n) => n.endsWith('.key')).map((n) => (JSON.parse(readFileSync(join(runKeys, n), 'utf8')) as { master: string }).master);

  it('wraps every key with a new master key, after which the old one can go', async () => {
    expect(new Set(wrappedBy())).toEqual(new Set(['old']));
    writeFileSync(masterFile, `${fresh}\n${old}\n`);
    const { code, out } = await holdfast(['keys', 'rewrap']);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`${wrappedBy().length} keys wrapped anew.`) });
    expect(new Set(wrappedBy())).toEqual(new Set(['fresh']));
    writeFileSync(masterFile, `${fresh}\n`);
    useRunKeys(configuredRunKeys(stack.loop.config));
    expect((await stack.get<RunView>(`/runs/${runId}`)).body.input).toMatchObject({ dictation: DICTATION });
  });

  it('says which master key is missing where the new one is not there', async () => {
    writeFileSync(masterFile, `${old}\n`);
    const { code, out } = await holdfast(['keys', 'rewrap']);
    expect({ code: code !== 0, out }).toEqual({ code: true, out: expect.stringContaining('"fresh"') });
    writeFileSync(masterFile, `${fresh}\n`);
  });

  it('hands keys to a command of a key management service, and back', async () => {
    const service = join(folder, 'kms.mjs');
    writeFileSync(service, `#!${process.execPath}\nlet text = '';\nfor await (const c of process.stdin) text += c;\nconst turned = Buffer.from(text, 'base64').map((b) => b ^ 0x5a).toString('base64');\nconsole.log(process.argv[2] === 'wrap' ? 'kms/key-1 ' + turned : turned);\n`);
    chmodSync(service, 0o700);
    const command = [service];
    const { code, out } = await holdfast(['keys', 'rewrap'], { HOLDFAST_MASTER_KEY_COMMAND: JSON.stringify(command) });
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('keys wrapped anew.') });
    expect(new Set(wrappedBy())).toEqual(new Set(['kms/key-1']));
    // From now on the service alone opens them.
    const keys = configuredRunKeys({ ...stack.loop.config, masterKeyFile: undefined, dataDir: folder, masterKeyCommand: command });
    useRunKeys(keys);
    expect((await stack.get<RunView>(`/runs/${runId}`)).body.input).toMatchObject({ dictation: DICTATION });
    writeFileSync(service, `#!${process.execPath}\nprocess.exit(3);\n`);
    await expect(keys.open(runId)).rejects.toMatchObject({ code: 'key_missing', message: expect.stringContaining('ended with 3') });
  });

  it('follows the audit log’s chain, and finds a row that was changed', async () => {
    const whole = await holdfast(['audit', 'verify']);
    expect(whole).toEqual({ code: 0, out: expect.stringMatching(/tenant \S+: \d+ entries, the chain holds/) });
    await withTx(stack.loop.pool, LOCAL_TENANT, async (tx) => {
      await tx.query('alter table audit_log disable trigger audit_stays');
      await tx.query(`update audit_log set action = 'run.deleted' where n = 1`);
      await tx.query('alter table audit_log enable trigger audit_stays');
    });
    expect(await holdfast(['audit', 'verify'])).toEqual({ code: EXIT.unsound, out: expect.stringContaining('entry 1 was changed') });
  });
});
