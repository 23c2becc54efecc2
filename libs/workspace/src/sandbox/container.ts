import { createHash } from 'node:crypto';
import type { Launch } from './launch.js';
import { TREE } from './launch.js';

/** Where commands run in containers instead: an engine's program, and the image that has what commands need. */
export type ContainerEngine = { program: string; image: string };

/**
 * One container a workspace, by name: what an earlier worker left of a command is removed before the next one, so that
 * a command tried again finds its predecessor gone.
 */
export const containerName = (tree: string): string => `holdfast-${createHash('sha256').update(tree).digest('hex').slice(0, 20)}`;

/**
 * The command line of one shell command in a container: no network, root read-only, no capabilities, an unprivileged
 * user, limits by the engine. Standard input stays open for as long as the worker lives: where it ends, the command
 * is killed from inside, since an engine's containers outlive whoever started them.
 */
export function containerLine(launch: Launch, { program, image }: ContainerEngine): string[] {
  const { limits, identity, tree, env, path } = launch;
  const user = identity ?? { uid: process.getuid?.() ?? 65_534, gid: process.getgid?.() ?? 65_534 };
  const bind = (source: string, target: string, readOnly: boolean): string[] => ['--mount', `type=bind,${csv('src', source)},${csv('dst', target)}${readOnly ? ',readonly' : ''}`];
  return [
    program, 'run', '--rm', '--init', '--interactive', '--pull', 'never', '--name', containerName(tree), '--hostname', 'sandbox',
    '--network', 'none', '--ipc', 'private', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', `${user.uid}:${user.gid}`,
    ...(program.endsWith('podman') && !identity ? ['--userns', 'keep-id'] : []),
    '--pids-limit', `${limits.processes}`, '--memory', `${limits.memoryBytes}b`, '--memory-swap', `${limits.memoryBytes}b`, '--shm-size', `${limits.tmpBytes}b`,
    // Of a user that is the tree's alone; where it is the worker's own, its other processes would count too.
    ...(identity ? ['--ulimit', `nproc=${limits.processes}:${limits.processes}`] : []),
    '--ulimit', 'core=0:0', '--ulimit', 'nofile=4096:4096', '--ulimit', `fsize=${limits.fileBytes}:${limits.fileBytes}`,
    '--tmpfs', `/tmp:rw,exec,nosuid,nodev,mode=1777,size=${limits.tmpBytes}`,
    ...launch.readOnly.flatMap((folder) => bind(folder, folder, true)),
    ...bind(tree, TREE, false),
    ...launch.products.flatMap((product) => bind(`${tree}/${product}`, `${TREE}/${product}`, true)),
    ...Object.entries(launch.files ?? {}).flatMap(([source, to]) => bind(source, to, true)),
    ...Object.entries({ HOME: '/tmp', TMPDIR: '/tmp', LANG: 'C.UTF-8', TERM: 'dumb', CI: '1', USER: 'agent', PATH: [...path, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'), ...env }).flatMap(([k, v]) => ['--env', `${k}=${v}`]),
    '--workdir', launch.cwd === '' ? TREE : `${TREE}/${launch.cwd}`, '--entrypoint', 'sh', image, '-c', `${WATCHDOG}\n${launch.command}`,
  ];
}

const WATCHDOG = 'exec 3<&0 </dev/null; { cat <&3 >/dev/null 2>&1; kill -KILL $$; } & exec 3<&- 2>&1';

/** As the engines read it: a field of comma-separated values, quoted where it has a comma. */
const csv = (key: string, value: string): string => (/[",]/.test(value) ? `"${key}=${value.replaceAll('"', '""')}"` : `${key}=${value}`);

/**
 * Whether the engine could not start the command. It exits with 125 then, or with 126 or 127, as a shell does of its
 * own accord; but all that the command says goes to standard output, so only the engine writes to the other.
 */
export const engineFailed = (exitCode: number | null, trouble: string): boolean => exitCode === 125 || ((exitCode === 126 || exitCode === 127) && /^(Error|docker|podman):/m.test(trouble));
