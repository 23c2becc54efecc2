import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads `add PGID SIGNAL` and `del PGID`. When its input ends, its parent is gone, however it went: the groups still
 * listed are then stopped, the newest first, each with its signal and after ten seconds with SIGKILL.
 */
const SCRIPT = `
trap '' INT TERM HUP
groups=''
while read -r verb pgid signal; do
  if [ "$verb" = add ]; then groups="$pgid:$signal $groups"; else
    kept=''
    for entry in $groups; do [ "\${entry%%:*}" = "$pgid" ] || kept="$kept $entry"; done
    groups="$kept"
  fi
done
for entry in $groups; do
  pgid="\${entry%%:*}"
  kill -s "\${entry#*:}" -- "-$pgid" 2>/dev/null
  tries=0
  while kill -0 -- "-$pgid" 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.2; tries=$((tries + 1)); done
  kill -s KILL -- "-$pgid" 2>/dev/null
done
`;

/** Stops process groups when this process dies without having done so, by SIGKILL too. One small shell serves all. */
export class Guardian {
  private readonly shell: ChildProcess;

  constructor() {
    this.shell = spawn('/bin/sh', ['-c', SCRIPT, 'holdfast-guardian'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    // The guardian must not keep a process alive that has nothing else to do.
    this.shell.unref();
    (this.shell.stdin as unknown as { unref(): void }).unref();
    this.shell.stdin!.on('error', () => {});
  }

  /** @param signal without its SIG, as `kill -s` wants it */
  watch(groupId: number, signal: string): void {
    this.shell.stdin!.write(`add ${groupId} ${signal}\n`);
  }

  forget(groupId: number): void {
    this.shell.stdin!.write(`del ${groupId}\n`);
  }

  /** Ends the guardian, and with it whatever it still watches. */
  close(): void {
    this.shell.stdin!.end();
  }
}
