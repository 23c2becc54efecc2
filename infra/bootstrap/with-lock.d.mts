/** Runs `action` while holding a lock file; a lock whose owner is gone is taken over. */
export function withLock<T>(file: string, action: () => T | Promise<T>, onWait?: (message: string) => void): Promise<T>;
