import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HoldfastError } from '#contracts';
import type { Executables } from './executables.js';
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
  /** Host files to show in the sandbox, read-only: host path to path there. */
  files?: Record<string, string>;
  /** Bytes of each end of the output that are kept. */
  keepBytes?: number;
  signal?: AbortSignal;
};

export type Sandbox = { run(command: Command): Promise<CommandResult> };

const KEEP_BYTES = 16_384;
/** What bubblewrap and the stage before it exit with where they could not set the sandbox up. */
const SETUP_FAILED = /^(bwrap|unshare|mount|setpriv|stage|prlimit): /m;

/** Commands in a namespace of their own: no network, no host but what is listed, nothing left behind. */
export function createSandbox(options: SandboxOptions): Sandbox {
  return {
    async run(command) {
      const { bwrap } = options.executables;
      if (!bwrap) throw unavailable('bubblewrap (bwrap) was not found; install the package bubblewrap, or run npm run setup');
      if (process.platform !== 'linux') throw unavailable(`bubblewrap needs Linux, and this is ${process.platform}`);
      const limits = { ...DEFAULT_LIMITS, ...options.limits, ...command.limits };
      const launch: Launch = {
        bwrap,
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
      return execute(launch, command.keepBytes ?? KEEP_BYTES, command.signal);
    },
  };
}

const unavailable = (why: string): HoldfastError => new HoldfastError('sandbox_unavailable', `Commands are not run outside a sandbox, and there is none: ${why}.`);

async function execute(launch: Launch, keepBytes: number, signal?: AbortSignal): Promise<CommandResult> {
  const started = Date.now();
  const { argv, identity } = commandLine(launch);
  const [program, ...args] = argv;
  // Its own group, so that one kill reaches all stages; inside, the first process takes all others with it.
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...identity, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
  const output = new OutputWindow(keepBytes);
  const trouble = new OutputWindow(2_048);
  let ended: CommandEnd = 'exit';
  const end = (why: CommandEnd): void => {
    if (ended !== 'exit') return;
    ended = why;
    kill(child.pid);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    output.push(chunk);
    if (output.bytes > launch.limits.outputBytes) end('output');
  });
  child.stderr.on('data', (chunk: Buffer) => trouble.push(chunk));
  const timer = setTimeout(() => end('time'), launch.limits.timeMs);
  const cancel = (): void => end('cancelled');
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  const over = new AbortController();
  const watching = child.pid === undefined ? Promise.resolve() : watch(child.pid, launch.tree, launch.limits, over.signal).then((breach) => (breach ? end(breach) : undefined));
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    const why = trouble.text();
    if (ended === 'exit' && exitCode !== 0 && output.bytes === 0 && SETUP_FAILED.test(why)) throw unavailable(why.trim().split('\n')[0]!);
    return { exitCode: ended === 'exit' ? (exitCode ?? 128) : null, ended, output: output.text(), outputBytes: output.bytes, ms: Date.now() - started };
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    throw unavailable(`${program} could not be started (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    over.abort();
    await watching;
  }
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
