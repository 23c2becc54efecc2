import type { RunStatus } from '#client';

const STATUS: Record<RunStatus, string> = {
  queued: 'queued', running: 'running', waiting_approval: 'waits for approval', waiting_input: 'waits for a person', waiting_runtime: 'waits for its model', paused: 'paused', cancelling: 'cancelling',
  limit_reached: 'limit reached', drift_stopped: 'stopped for drift', completed: 'completed', failed: 'failed', cancelled: 'cancelled', timed_out: 'timed out',
};
export const STATUSES = Object.keys(STATUS) as RunStatus[];
export const statusWords = (status: string): string => STATUS[status as RunStatus] ?? status.replaceAll('_', ' ');
export const plain = (name: string): string => name.replaceAll('_', ' ');

const LIVE: ReadonlySet<string> = new Set<RunStatus>(['queued', 'running', 'waiting_approval', 'waiting_input', 'waiting_runtime', 'paused', 'cancelling']);
export const isLive = (status: string): boolean => LIVE.has(status);
export const isResumable = (status: string): boolean => status === 'paused' || status === 'limit_reached' || status === 'drift_stopped';

export const score = (value: number): string => value.toFixed(2);
export const count = (value: number): string => new Intl.NumberFormat('en').format(value);

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const shown = value / 1_000 ** power;
  return `${power === 0 || shown >= 100 ? Math.round(shown) : shown.toFixed(1)} ${units[power]}`;
}

/** A length of time in its two largest units. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long ago, from `now`; negative times are to come. */
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  if (Math.abs(ms) < 5_000) return 'now';
  return ms > 0 ? `${short(ms)} ago` : `in ${short(-ms)}`;
}

function short(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

export const clock = (at: string): string => new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
