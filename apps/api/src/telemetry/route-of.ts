import type { Request } from 'express';

/** The route of a request as it is declared, without the ids of its path. Files of the page and what was not found have no route of their own. */
export function routeOf({ route, path }: Request): string {
  const declared = (route as { path?: unknown } | undefined)?.path;
  if (typeof declared === 'string') return declared;
  return /^\/(console|docs|metrics)(\/|$)/.exec(path)?.[0].replace(/\/$/, '') ?? 'none';
}
