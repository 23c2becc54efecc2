/** The start of a process as the system counts it; undefined when it doesn't run (a zombie doesn't). */
export function processIdentity(pid: number): string | undefined;
