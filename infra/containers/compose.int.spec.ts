import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '#platform';
import { TOOLS_DIR } from '#platform/stack';

const VERSION = 'v2.16.2';
const CHECKER = join(TOOLS_DIR, `compose-go-${VERSION}`, 'cmd');

const hasGo = ((): boolean => {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('docker-compose.yml', () => {
  (hasGo || existsSync(CHECKER) ? it : it.skip)('is a valid compose file (needs Go, which builds the checker)', async () => {
    if (!existsSync(CHECKER)) await promisify(execFile)('go', ['install', `github.com/compose-spec/compose-go/v2/cmd@${VERSION}`], { env: { ...process.env, GOBIN: join(TOOLS_DIR, `compose-go-${VERSION}`) } });
    const { stdout } = await promisify(execFile)(CHECKER, [join(PROJECT_ROOT, 'docker-compose.yml')]);
    for (const service of ['postgres', 'temporal', 'temporal-ui', 'ollama', 'api', 'worker']) expect(stdout).toContain(`${service}:`);
  }, 300_000);

  it('starts the same entry points as the native stack, and publishes on loopback only', () => {
    const text = readFileSync(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8');
    for (const part of ['api', 'worker']) expect(text).toContain(`dist/apps/${part}/src/main.js`);
    const published = [...text.matchAll(/^ {6}- (\S+):\d+$/gm)].map((m) => m[1]!);
    expect(published.length).toBeGreaterThan(0);
    expect(published.every((p) => p.startsWith('127.0.0.1:'))).toBe(true);
  });
});
