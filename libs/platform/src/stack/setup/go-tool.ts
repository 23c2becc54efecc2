import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from '#bootstrap/install-once';
import { findOnPath, runCommand } from './command.js';
import type { Setup } from './tools.js';

export type GoTool = {
  name: string;
  version: string;
  /** What `go install` is given, before the version. */
  package: string;
  /** Its name in the folder of what was built; the last part of the package where not given. */
  binary?: string;
  ldflags?: string;
  /** Build tags. */
  tags?: string;
};
export type Built = { readonly path: string } | { readonly missing: string };

/** A tool built from its Go module, once; or why there is none. Used to check and to measure, never to run Holdfast. */
export async function goTool(setup: Setup, tool: GoTool): Promise<Built> {
  const folder = join(setup.toolsDir, `${tool.name}-${tool.version}`);
  const path = join(folder, tool.binary ?? tool.package.split('/').at(-1)!);
  if (existsSync(path)) return { path };
  if (findOnPath('go') === undefined) return { missing: 'Go is not on PATH' };
  let reason = '';
  await installOnce(
    folder,
    async (partial) => {
      setup.report(`Building ${tool.name} ${tool.version}`);
      // Beside what is built, not in the folder for temporary files, which may be a small disk.
      mkdirSync(partial);
      const args = ['install', ...(tool.ldflags ? [`-ldflags=${tool.ldflags}`] : []), ...(tool.tags ? ['-tags', tool.tags] : []), `${tool.package}@v${tool.version}`];
      const { code, stderr } = await runCommand('go', args, { env: { ...process.env, GOBIN: partial, GOTMPDIR: partial, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' } });
      if (code !== 0) throw new Error(stderr.trim());
    },
    setup.report,
  ).catch((error: Error) => (reason = error.message));
  return reason === '' ? { path } : { missing: `${tool.name} can't be built: ${reason.slice(-500)}` };
}
