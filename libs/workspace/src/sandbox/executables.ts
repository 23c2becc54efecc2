import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Executables = {
  /** Null where it is not on this machine. */
  bwrap: string | null;
};

/** A container engine's client on PATH; Podman first, which needs no daemon. */
export function findContainerEngine(path = process.env['PATH'] ?? ''): string | null {
  return find('podman', path.split(delimiter)) ?? find('docker', path.split(delimiter));
}

/** Looks for bubblewrap on PATH, then where set-up puts it. */
export function findExecutables(toolsDir: string, path = process.env['PATH'] ?? ''): Executables {
  return { bwrap: find('bwrap', [...path.split(delimiter), join(toolsDir, 'bubblewrap', 'usr', 'bin')]) };
}

function find(name: string, folders: string[]): string | null {
  return folders.filter(Boolean).map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
