import { lstat, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitText } from '../git/git.js';
import type { Place } from '../git/tree.js';
import type { CommandResult } from '../sandbox/limits.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import { openSetupProxy } from './proxy.js';

const MB = 1_048_576;
const LIMITS = { timeMs: 1_800_000, diskBytes: 4_096 * MB, fileBytes: 1_024 * MB, processes: 512 };
const KEEP_BYTES = 3_000;
const SOCKET = '/setup-proxy';
const PORT = 3_128;
/** In the sandbox: what comes to the port goes to the socket. */
const RELAY = `const n=require('net');n.createServer(s=>{const u=n.connect('${SOCKET}');s.on('error',()=>u.destroy());u.on('error',()=>s.destroy());s.pipe(u).pipe(s)}).listen(${PORT},'127.0.0.1',()=>require('fs').writeFileSync('/tmp/.relay',''))`;
const SCRIPT = [
  'node -e "$HOLDFAST_RELAY" & relay=$!',
  'until [ -e /tmp/.relay ]; do kill -0 $relay 2>/dev/null || { echo "the way to the network could not be opened: is node there?"; exit 125; }; sleep 0.05; done',
  'rm -f /tmp/.relay; unset HOLDFAST_RELAY',
  'sh -c "$HOLDFAST_SETUP"; code=$?',
  'kill $relay; exit $code',
].join('\n');
const PROXY = `http://127.0.0.1:${PORT}`;
const ENV = Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'npm_config_proxy', 'npm_config_https_proxy'].map((name) => [name, PROXY]));

export type SetUpOptions = { sandbox: Sandbox; hosts: readonly string[]; command: string; signal?: AbortSignal };
export type SetUpResult = {
  result: CommandResult;
  /** Files and folders that it made, relative to the tree; commands see them read-only from then on. */
  products: string[];
  /** Hosts that it asked for and that are not configured. */
  refusedHosts: string[];
};

/**
 * Runs a command that installs what the work needs: in the sandbox, which has no network then either, but is shown a
 * proxy's socket. What is made stays out of every snapshot; where the command fails it is removed.
 */
export async function setUp(place: Place, options: SetUpOptions): Promise<SetUpResult> {
  const { sandbox, hosts, command, signal } = options;
  const proxy = await openSetupProxy(hosts);
  try {
    // Whatever an interrupted try left would pass as the repository's own.
    await gitText(['clean', '-ffdxq'], at(place));
    const env = { ...ENV, HOLDFAST_RELAY: RELAY, HOLDFAST_SETUP: command };
    const result = await sandbox.run({ tree: place.tree, command: SCRIPT, env, files: { [proxy.socket]: SOCKET }, limits: LIMITS, keepBytes: KEEP_BYTES, ...(signal ? { signal } : {}) });
    const made = await untracked(place);
    const refusedHosts = [...proxy.refused];
    if (result.exitCode !== 0) {
      await gitText(['clean', '-ffdxq'], at(place));
      return { result, products: [], refusedHosts };
    }
    await exclude(place, made);
    return { result, products: made, refusedHosts };
  } finally {
    await proxy.close();
  }
}

const at = ({ gitDir, tree, index }: Place) => ({ gitDir, workTree: tree, index });

/** Files that the index lacks, ignored or not; a folder with nothing else in it by its own name. Links are left out: a mount would follow them. */
async function untracked(place: Place): Promise<string[]> {
  const listed = (await gitText(['ls-files', '-z', '--others', '--directory', '--no-empty-directory'], at(place))).split('\0').filter(Boolean).map((path) => path.replace(/\/$/, ''));
  const kinds = await Promise.all(listed.map((path) => lstat(join(place.tree, path))));
  return listed.filter((_, i) => kinds[i]!.isDirectory() || kinds[i]!.isFile());
}

/** So that they are no part of the work, whatever the repository's own rules say. */
async function exclude({ gitDir }: Place, paths: string[]): Promise<void> {
  const file = join(gitDir, 'info', 'exclude');
  const held = await readFile(file, 'utf8').catch(() => '');
  const lines = paths.map((path) => `/${path.replace(/[\\*?[\] !#]/g, '\\$&')}`);
  await writeFile(`${file}.new`, [held.trimEnd(), ...lines, ''].join('\n'));
  await rename(`${file}.new`, file);
}

