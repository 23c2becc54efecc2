import { createInterface } from 'node:readline';

/**
 * Outlives a supervisor that was killed, and ends what it left: it reads `+PID` and `-PID` on stdin, and when that
 * closes without `bye` it ends the process groups that remain. A process of its own; needs nothing but a pipe.
 */
const GRACE_MS = 4_000;
const groups = new Set<number>();
let released = false;

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'bye') released = true;
  else if (line.startsWith('+')) groups.add(Number(line.slice(1)));
  else if (line.startsWith('-')) groups.delete(Number(line.slice(1)));
});
lines.on('close', () => {
  if (released) return;
  for (const group of groups) signal(group, 'SIGINT');
  setTimeout(() => {
    for (const group of groups) signal(group, 'SIGKILL');
  }, GRACE_MS);
});
// The terminal's Ctrl-C is the supervisor's affair.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It ended by itself.
  }
}
