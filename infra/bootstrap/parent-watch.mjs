const POLL_MS = 500;
/** Set for what this bootstrap starts, so that it knows its parent to be one that takes care of it. */
export const HAS_PARENT = 'HOLDFAST_HAS_PARENT';

/**
 * Tells once when the parent of this process has ended. npm ends its shell on a signal without passing it on, and a
 * process that is killed passes on nothing. Somebody who starts this by hand in the background may leave.
 * @param {() => void} onGone
 * @returns {() => void} ends the watch
 */
export function watchParent(onGone) {
  if (process.env[HAS_PARENT] === undefined && process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
