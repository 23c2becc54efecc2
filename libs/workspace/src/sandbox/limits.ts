/** What one command may use. Bubblewrap has no limits of its own: these are rlimits, a sized tmpfs and a watcher. */
export type SandboxLimits = {
  timeMs: number;
  /** Bytes of anonymous memory of all the command's processes together. */
  memoryBytes: number;
  processes: number;
  /** Bytes of output that are read before the command is ended. */
  outputBytes: number;
  /** Bytes of any one file. */
  fileBytes: number;
  /** Bytes by which the work tree may grow. */
  diskBytes: number;
  /** Size of the private /tmp. */
  tmpBytes: number;
};

const MB = 1_048_576;

export const DEFAULT_LIMITS: SandboxLimits = {
  timeMs: 120_000,
  memoryBytes: 2_048 * MB,
  processes: 256,
  outputBytes: 8 * MB,
  fileBytes: 256 * MB,
  diskBytes: 1_024 * MB,
  tmpBytes: 256 * MB,
};

export type CommandEnd = 'exit' | 'time' | 'memory' | 'output' | 'disk' | 'cancelled';

export type CommandResult = {
  /** Null where the command was ended before it could exit. */
  exitCode: number | null;
  ended: CommandEnd;
  /** Both streams in the order of arrival: the beginning and the end where it is long. */
  output: string;
  /** Bytes that came, shown or not. */
  outputBytes: number;
  ms: number;
};
