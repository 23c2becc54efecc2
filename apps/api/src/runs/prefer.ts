const MOST_SECONDS = 60;

/** Seconds of `Prefer: wait=N` (RFC 7240), at most 60; 0 where it was not asked. */
export function waitSeconds(prefer: string | undefined): number {
  const wait = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(prefer ?? '')?.[1];
  return wait === undefined ? 0 : Math.min(Number(wait), MOST_SECONDS);
}
