import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
const isLoopback = (address: string): boolean => LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();

/** Whether traces may go to the host of an address as it is written: loopback, or one that the owner named. */
export function mayReceive(url: string, allowed: readonly string[]): boolean {
  const host = bare(new URL(url).hostname);
  return allowed.map(bare).includes(host) || (isIP(host) ? isLoopback(host) : host === 'localhost');
}

/** `node:dns`'s lookup, as a test replaces it. */
export type Resolver = (hostname: string, options: LookupOptions & { all: true }, callback: (error: Error | null, addresses: LookupAddress[]) => void) => void;
type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** For `node:http`: `localhost` leads to loopback, whatever the resolver says; a host that the owner named leads wherever it does. */
export function checkedLookup(allowed: readonly string[], resolver: Resolver = systemLookup) {
  const named = new Set(allowed.map(bare));
  return (hostname: string, options: LookupOptions, callback: Callback): void => {
    resolver(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      if (!named.has(bare(hostname)) && !addresses.every(({ address }) => isLoopback(address))) return callback(new Error('the receiver of traces is on a host that is not allowed'), '');
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}
