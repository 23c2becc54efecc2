import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The supervisor's line to the guardian, which ends the stack's processes should the supervisor be killed. */
export type Guard = { add(pid: number): void; remove(pid: number): void; release(): void };

export function startGuard(): Guard {
  const entry = fileURLToPath(new URL(`./guardian.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));
  const child = spawn(process.execPath, [entry], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  const tell = (line: string): void => void child.stdin.write(`${line}\n`);
  return {
    add: (pid) => tell(`+${pid}`),
    remove: (pid) => tell(`-${pid}`),
    release: () => {
      tell('bye');
      child.stdin.end();
    },
  };
}
