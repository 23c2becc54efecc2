import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '#contracts';
import { type ContainerEngine, containerLine, containerName, engineFailed } from './container.js';
import type { Executables } from './executables.js';
import { guardGroup, killGroup } from './guard.js';
import { identityOf } from './identity.js';
import { commandLine, type Launch } from './launch.js';
import { type CommandEnd, type CommandResult, DEFAULT_LIMITS, type SandboxLimits } from './limits.js';
import { OutputWindow } from './output.js';
import { watch } from './watch.js';

export type SandboxOptions = {
  executables: Executables;
  /** Folders that commands see read-only, under their own paths. */
  readOnly?: readonly string[];
  /** Folders of programs, looked through before the system's. */
  path?: readonly string[];
  limits?: Partial<SandboxLimits>;
  /** Commands run in containers of this engine instead; `program` is null where none was found. */
  container?: { program: string | null; image: string } | null;
};

export type Command = {
  /** A shell command. */
  command: string;
  /** Host folder of the work tree. */
  tree: string;
  /** Folder to start in, relative to the tree. */
  cwd?: string;
  env?: Record<string, string>;
  limits?: Partial<SandboxLimits>;
  /** Files and folders of the tree that the command may only read, relative to it. */
  readOnly?: readonly string[];
  /** Host files to show in the sandbox, read-only: host path to path there. */
  files?: Record<string, string>;
  /** Bytes of each end of the output that are kept. */
  keepBytes?: number;
  signal?: AbortSignal;
};

export type Sandbox = { run(command: Command): Promise<CommandResult> };

const KEEP_BYTES = 16_384;
/** An engine that takes longer to remove a container is not waited for. */
const ENGINE_MS = 10_000;
/** What bubblewrap and the stage before it exit with where they could not set the sandbox up. */
const SETUP_FAILED = /^(bwrap|unshare|mount|setpriv|stage|prlimit): /m;

/** Commands in a namespace of their own: no network, no host but what is listed, nothing left behind. */
export function createSandbox(options: SandboxOptions): Sandbox {
  return {
    async run(command) {
      const engine = engineOf(options);
      const limits = { ...DEFAULT_LIMITS, ...options.limits, ...command.limits };
      const launch: Launch = {
        bwrap: 'bwrap' in engine ? engine.bwrap : '',
        products: await realProducts(command.tree, command.readOnly ?? []),
        identity: identityOf(command.tree),
        tree: command.tree,
        readOnly: options.readOnly ?? [],
        files: command.files ?? {},
        path: options.path ?? [],
        env: command.env ?? {},
        cwd: command.cwd ?? '',
        command: command.command,
        limits,
      };
      const start = 'bwrap' in engine ? underBubblewrap(launch) : await inContainer(launch, engine);
      return execute(launch, start, command.keepBytes ?? KEEP_BYTES, command.signal);
    },
  };
}

/** How a command is started, whether its failure was the sandbox's own, and how it is ended from outside. */
type Start = { argv: string[]; identity: { uid: number; gid: number } | null; stdin: 'ignore' | 'pipe'; failed(exitCode: number | null, trouble: string): boolean; end(pid: number | undefined): void };

function engineOf({ container, executables }: SandboxOptions): { bwrap: string } | ContainerEngine {
  if (container) {
    if (!container.program) throw unavailable('HOLDFAST_SANDBOX is container, and neither docker nor podman was found');
    return { program: container.program, image: container.image };
  }
  if (!executables.bwrap) throw unavailable('bubblewrap (bwrap) was not found; install the package bubblewrap, run npm run setup, or set HOLDFAST_SANDBOX to container');
  if (process.platform !== 'linux') throw unavailable(`bubblewrap needs Linux, and this is ${process.platform}; HOLDFAST_SANDBOX=container is the other way`);
  return { bwrap: executables.bwrap };
}

/** A command could have put a link in the place of one: a mount would follow it out of the tree. */
async function realProducts(tree: string, paths: readonly string[]): Promise<string[]> {
  const root = await realpath(tree);
  const real = await Promise.all(paths.map((path) => realpath(join(root, path)).catch(() => null)));
  return paths.filter((path, i) => real[i] === join(root, path));
}

function underBubblewrap(launch: Launch): Start {
  return { ...commandLine(launch), stdin: 'ignore', failed: (_code, trouble) => SETUP_FAILED.test(trouble), end: killGroup };
}

async function inContainer(launch: Launch, engine: ContainerEngine): Promise<Start> {
  const remove = (): ChildProcess => spawn(engine.program, ['rm', '--force', containerName(launch.tree)], { stdio: 'ignore', env: clientEnv() }).on('error', () => undefined);
  const before = remove();
  if (before.pid !== undefined) await once(before, 'close');
  return {
    argv: containerLine(launch, engine),
    identity: null,
    stdin: 'pipe',
    failed: engineFailed,
    // The client is a mere onlooker: killing it ends no container.
    end: (pid) => {
      const late = setTimeout(() => killGroup(pid), ENGINE_MS);
      remove().on('close', () => {
        clearTimeout(late);
        killGroup(pid);
      });
    },
  };
}

/** Where the engine is, and nothing else of this process's environment. */
function clientEnv(): Record<string, string> {
  const names = ['HOME', 'XDG_RUNTIME_DIR', 'DOCKER_HOST', 'DOCKER_CONFIG', 'DOCKER_CONTEXT', 'CONTAINER_HOST'];
  return { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))) };
}

const unavailable = (why: string): HoldfastError => new HoldfastError('sandbox_unavailable', `Commands are not run outside a sandbox, and there is none: ${why}.`);

async function execute(launch: Launch, start: Start, keepBytes: number, signal?: AbortSignal): Promise<CommandResult> {
  const started = Date.now();
  const { argv, identity } = start;
  const [program, ...args] = argv;
  // Its own group, so that one kill reaches all stages; inside, the first process takes all others with it.
  const child = spawn(program!, args, { stdio: [start.stdin, 'pipe', 'pipe'], detached: true, ...identity, env: start.stdin === 'pipe' ? clientEnv() : { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
  const guard = child.pid === undefined ? undefined : guardGroup(child.pid);
  const output = new OutputWindow(keepBytes);
  const trouble = new OutputWindow(2_048);
  let ended: CommandEnd = 'exit';
  const end = (why: CommandEnd): void => {
    if (ended !== 'exit') return;
    ended = why;
    start.end(child.pid);
  };
  child.stdout!.on('data', (chunk: Buffer) => {
    output.push(chunk);
    if (output.bytes > launch.limits.outputBytes) end('output');
  });
  child.stderr!.on('data', (chunk: Buffer) => trouble.push(chunk));
  const timer = setTimeout(() => end('time'), launch.limits.timeMs);
  const cancel = (): void => end('cancelled');
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  const over = new AbortController();
  const watching = child.pid === undefined ? Promise.resolve() : watch(child.pid, launch.tree, launch.limits, over.signal).then((breach) => (breach ? end(breach) : undefined));
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    // What it came to is no result of the command: the call is made again.
    if (guard?.wasSilent()) throw new HoldfastError('internal', 'The worker stood still for so long that the command was ended.');
    const why = trouble.text();
    if (ended === 'exit' && exitCode !== 0 && output.bytes === 0 && start.failed(exitCode, why)) throw unavailable(why.trim().split('\n')[0]!);
    return { exitCode: ended === 'exit' ? (exitCode ?? 128) : null, ended, output: output.text(), outputBytes: output.bytes, ms: Date.now() - started };
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    throw unavailable(`${program} could not be started (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  } finally {
    clearTimeout(timer);
    guard?.callOff();
    signal?.removeEventListener('abort', cancel);
    over.abort();
    await watching;
  }
}
