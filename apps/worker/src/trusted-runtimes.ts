import { hostsOutside } from '#models';
import type { Config } from '#platform';

/** Runtimes that sensitive agents may use: those on loopback, and those that are listed for it. */
export function trustedRuntimes(config: Pick<Config, 'runtimes' | 'sensitiveRuntimes'>): (runtimeId: string) => boolean {
  const trusted = new Set(config.runtimes.filter(({ id, url }) => config.sensitiveRuntimes.includes(id) || hostsOutside([url], []).length === 0).map(({ id }) => id));
  return (runtimeId) => trusted.has(runtimeId);
}
