import type { RunStatus } from '#client';
import { STATUSES } from '../shown/words.js';

/** What the list shows, as the address has it: `?status=running&status=paused&agent=research&tag=x&days=7`. */
export type RunFilters = { status: RunStatus[]; agent?: string; tag?: string; days?: number; batchId?: string; scheduleId?: string; threadId?: string };
const WORDS = ['agent', 'tag', 'batchId', 'scheduleId', 'threadId'] as const;

export function readFilters(params: URLSearchParams): RunFilters {
  const status = params.getAll('status').filter((one): one is RunStatus => (STATUSES as string[]).includes(one));
  const days = Number(params.get('days'));
  return { status, ...Object.fromEntries(WORDS.flatMap((name) => (params.get(name) ? [[name, params.get(name)!]] : []))), ...(days > 0 ? { days } : {}) };
}

/** The same filters in an address; other parts of it stay as they are. */
export function writeFilters(params: URLSearchParams, { status, days, ...words }: RunFilters): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const name of ['status', 'days', ...WORDS]) next.delete(name);
  for (const one of status) next.append('status', one);
  if (days) next.set('days', String(days));
  for (const [name, value] of Object.entries(words)) if (value) next.set(name, value);
  return next;
}

/** As the API takes them. */
export function queryOf({ status, days, ...words }: RunFilters, now: number) {
  return { ...words, ...(status.length > 0 ? { status } : {}), ...(days ? { createdAfter: new Date(now - days * 86_400_000).toISOString() } : {}) };
}
