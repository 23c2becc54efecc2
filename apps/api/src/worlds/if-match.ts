import type { Response } from 'express';
import { InvalidRequest } from '../http/invalid-request.js';

/** The version that a change was made against, from `If-Match: "7"`; `*` and nothing else matches any. */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === '*') return undefined;
  const version = /^(?:W\/)?"?(\d{1,15})"?$/.exec(ifMatch ?? '')?.[1];
  if (version === undefined) throw new InvalidRequest([{ path: 'If-Match', message: 'must name the version that the change was made against, as "7", or be *' }]);
  return Number(version);
}

export function setVersion(res: Response, version: number): void {
  res.setHeader('ETag', `"${version}"`);
}
