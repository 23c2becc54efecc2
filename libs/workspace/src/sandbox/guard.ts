import { spawn } from 'node:child_process';

/** Seconds without a sign of life: half of what Temporal waits until it gives the call to another worker. */
const SILENCE_S = 5;
const BEAT_MS = 1_000;
/** Reads a byte at a time; none in time, or the end of the pipe, ends the group. */
const SCRIPT = 'while [ -n "$(timeout --foreground "$2" head -c 1)" ]; do :; done; kill -s KILL -- "-$1"';

export type Guard = {
  /** Whether this process was silent for so long that the guard may have ended the group. */
  wasSilent(): boolean;
  callOff(): void;
};

/**
 * Ends a process group once this process shows no sign of life, be it frozen or gone: a process of its own watches.
 * Whoever does a frozen worker's call next finds nothing of it running.
 */
export function guardGroup(group: number, silenceS = SILENCE_S): Guard {
  const guard = spawn('sh', ['-c', SCRIPT, 'guard', String(group), String(silenceS)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
  // A guard that could not be started, or has ended its group, hears nothing more.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  let beaten = Date.now();
  let longest = 0;
  const look = (): void => void (longest = Math.max(longest, Date.now() - beaten));
  const beat = setInterval(() => {
    look();
    beaten = Date.now();
    guard.stdin.write('.');
  }, BEAT_MS);
  return {
    wasSilent: () => (look(), longest > silenceS * 1_000),
    callOff() {
      clearInterval(beat);
      killGroup(guard.pid);
      guard.stdin.destroy();
    },
  };
}

export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
