import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CodingSettings } from '#agents/coding/activities/index';
import type { Config } from '#platform';
import { TOOLS_DIR } from '#platform/stack';
import { createSandbox, findContainerEngine, findExecutables, Workspaces } from '#workspace';

/** What the coding agent works with on this machine, from the configuration. */
export function codingSettings(config: Pick<Config, 'dataDir' | 'repositories' | 'toolchains' | 'sandbox' | 'setupHosts'>): CodingSettings {
  const inContainers = config.sandbox.kind === 'container';
  // An image brings its own Node: this one may be built for another C library.
  const readOnly = [...(inContainers ? [] : nodeFolder()), ...config.toolchains].filter((folder) => existsSync(folder));
  const path = readOnly.map((folder) => (existsSync(join(folder, 'bin')) ? join(folder, 'bin') : folder));
  const container = inContainers ? { program: findContainerEngine(), image: config.sandbox.image } : null;
  return {
    workspaces: new Workspaces({ folder: join(config.dataDir, 'workspaces'), repositories: config.repositories }),
    sandbox: createSandbox({ executables: findExecutables(TOOLS_DIR), readOnly, path, container }),
    setupHosts: config.setupHosts,
  };
}

/** This process's Node, where it is not the system's, which is there anyway. */
function nodeFolder(): string[] {
  const bin = dirname(realpathSync(process.execPath));
  return basename(bin) === 'bin' && !bin.startsWith('/usr/') ? [dirname(bin)] : [];
}
