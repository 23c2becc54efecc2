import { existsSync, readlinkSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Identity } from './identity.js';
import type { SandboxLimits } from './limits.js';

/** Folders of the system that every sandbox sees, read-only. Nothing else of the host is there. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store'];
/** Of /etc only what programs need to start and to name things: no credentials lie here. */
const ETC = ['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'ssl/certs', 'ssl/openssl.cnf', 'ca-certificates', 'localtime', 'timezone', 'mime.types', 'java-21-openjdk', 'java-17-openjdk'];

export const TREE = '/workspace';

export type Launch = {
  bwrap: string;
  identity: Identity | null;
  /** Host folder of the work tree, the only one that is writable. */
  tree: string;
  /** Folders that are mounted read-only under their own paths: toolchains and dependencies. */
  readOnly: readonly string[];
  /** Of the work tree, relative to it: what is there to be read only. Each is real, and no link leads to it. */
  products: readonly string[];
  /** Files that are mounted read-only elsewhere: host path to path in the sandbox. */
  files?: Readonly<Record<string, string>>;
  path: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Of the work tree, relative to it. */
  cwd: string;
  command: string;
  limits: SandboxLimits;
};

export type CommandLine = { argv: string[]; identity: Identity | null };

/**
 * The command line of one sandboxed shell command, and whom to start it as. Where the sources lie below folders that
 * are closed to others (a home), root first mounts them where an unprivileged id can reach them, then gives its id up
 * for good; bubblewrap itself always starts unprivileged.
 */
export function commandLine(launch: Launch): CommandLine {
  const { identity, bwrap } = launch;
  const sources = [...launch.readOnly, ...Object.keys(launch.files ?? {}), launch.tree, bwrap];
  if (!identity || sources.every(isReachable)) return { argv: [bwrap, ...bwrapArgs(launch, (source) => source), ...inner(launch)], identity };
  const stage = stagePoint(sources);
  const staged = (source: string): string => `${stage}/${sources.indexOf(source)}`;
  const { uid, gid } = identity;
  const argv = [
    'unshare', '--mount', '--propagation', 'private', 'sh', '-c', STAGE_SCRIPT, 'stage', stage, `${uid}`, `${gid}`, `${sources.length}`, ...sources,
    staged(bwrap), ...bwrapArgs(launch, staged), ...inner(launch),
  ];
  return { argv, identity: null };
}

/** Whether anybody may go through all the folders above. */
function isReachable(path: string): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Arguments: stage, uid, gid, count, that many sources, then the command. Files get a file to be mounted on. */
const STAGE_SCRIPT = [
  'set -e; s=$1; u=$2; g=$3; n=$4; shift 4',
  'mount -t tmpfs -o mode=0755,size=1m holdfast "$s"; i=0',
  'while [ $i -lt $n ]; do if [ -d "$1" ]; then mkdir "$s/$i"; else : > "$s/$i"; fi; mount --bind "$1" "$s/$i"; shift; i=$((i+1)); done',
  'exec setpriv --reuid=$u --regid=$g --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"',
].join('\n');

function stagePoint(sources: string[]): string {
  const free = ['/mnt', '/media', '/srv', '/opt', '/run'].find((point) => existsSync(point) && !sources.some((s) => s.startsWith(`${point}/`)));
  if (!free) throw new Error('no folder is free to stage mounts in');
  return free;
}

function bwrapArgs(launch: Launch, from: (source: string) => string): string[] {
  const { files = {}, readOnly, env, path, limits } = launch;
  return [
    '--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try',
    '--new-session', '--die-with-parent', '--hostname', 'sandbox', '--cap-drop', 'ALL',
    ...SYSTEM.flatMap(mountSystem),
    ...ETC.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    '--proc', '/proc', '--dev', '/dev',
    // The device folder's shared memory would be as large as the machine's.
    '--size', `${limits.tmpBytes}`, '--tmpfs', '/dev/shm', '--size', `${limits.tmpBytes}`, '--tmpfs', '/tmp', '--dir', '/tmp/home',
    ...readOnly.flatMap((folder) => ['--ro-bind', from(folder), folder]),
    '--bind', from(launch.tree), TREE,
    ...launch.products.flatMap((product) => ['--ro-bind', `${from(launch.tree)}/${product}`, `${TREE}/${product}`]),
    ...Object.entries(files).flatMap(([source, to]) => ['--ro-bind', from(source), to]),
    '--remount-ro', '/',
    '--clearenv',
    ...Object.entries({ HOME: '/tmp/home', TMPDIR: '/tmp', LANG: 'C.UTF-8', TERM: 'dumb', CI: '1', USER: 'agent', PATH: [...path, '/usr/local/bin', '/usr/bin', '/bin'].join(':'), ...env }).flatMap(([k, v]) => ['--setenv', k, v]),
    '--chdir', launch.cwd === '' ? TREE : `${TREE}/${launch.cwd}`,
    '--',
  ];
}

function mountSystem(folder: string): string[] {
  const target = linkTarget(folder);
  if (target) return ['--symlink', target, folder];
  return ['--ro-bind-try', folder, folder];
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/**
 * Limits are set inside, where processes are counted in the sandbox's own user namespace. POSIX counts files in blocks
 * of 512 bytes; dash calls the number of processes `-p`, bash `-u`.
 */
function inner({ limits, command }: Launch): string[] {
  const set = [
    `ulimit -c 0 && ulimit -n 4096 && ulimit -f ${Math.ceil(limits.fileBytes / 512)} && ulimit -d ${Math.ceil(limits.memoryBytes / 1024)} && { ulimit -p ${limits.processes} || ulimit -u ${limits.processes}; } 2>/dev/null`,
    `|| { echo 'prlimit: the limits cannot be set' >&2; exit 125; }`,
  ].join(' ');
  return ['sh', '-c', `${set}\nexec 2>&1\n${command}`];
}
