import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { WireError } from './wire-error.js';

/** Addresses that no name may lead to: nothing there is a model runtime, and clouds keep credentials at one of them. */
const NEVER = new BlockList();
NEVER.addSubnet('169.254.0.0', 16, 'ipv4');
NEVER.addSubnet('0.0.0.0', 8, 'ipv4');
NEVER.addSubnet('224.0.0.0', 4, 'ipv4');
NEVER.addSubnet('fe80::', 10, 'ipv6');
NEVER.addSubnet('ff00::', 8, 'ipv6');
NEVER.addAddress('::', 'ipv6');

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
const bare = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();
const isLoopbackName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

type Lookup = (hostname: string, options: LookupOptions, callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void) => void;
/** `node:dns`'s lookup, as a test replaces it. */
export type Resolver = (hostname: string, options: LookupOptions & { all: true }, callback: (error: Error | null, addresses: LookupAddress[]) => void) => void;

export interface HostCheck {
  /** Throws a WireError `refused` where the URL's host is not allowed as it is written. */
  assertUrl(url: URL): void;
  /** For `node:http`: resolves a name and refuses addresses that it may not lead to. */
  readonly lookup: Lookup;
}

/**
 * Which hosts a runtime may be on: loopback, and those in `allowed` (names or addresses). A name that is allowed may
 * lead anywhere but to link-local and multicast addresses; `localhost` only to loopback, whatever the resolver says.
 * The address that was checked is the one that is connected to, so a name that changes in between gains nothing.
 */
export function createHostCheck(allowed: readonly string[] = [], resolver: Resolver = systemLookup): HostCheck {
  const named = new Set(allowed.map(bare));
  const assertAddress = (host: string, address: string): void => {
    if (LOOPBACK.check(address, family(address))) return;
    const mayLeave = named.has(host) && !isLoopbackName(host);
    if (!mayLeave || NEVER.check(address, family(address))) throw new WireError('refused', '');
  };
  return {
    assertUrl({ hostname }) {
      const host = bare(hostname);
      if (isIP(host)) return assertAddress(host, host);
      if (!isLoopbackName(host) && !named.has(host)) throw new WireError('refused', '');
    },
    lookup(hostname, options, callback) {
      resolver(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '');
        try {
          for (const { address } of addresses) assertAddress(bare(hostname), address);
        } catch (refused) {
          return callback(refused as Error, '');
        }
        const [first] = addresses;
        if (options.all) return callback(null, addresses);
        callback(null, first?.address ?? '', first?.family ?? 4);
      });
    },
  };
}

/** Hosts of `urls` that are neither loopback nor in `allowed`. */
export function hostsOutside(urls: readonly string[], allowed: readonly string[]): string[] {
  const check = createHostCheck(allowed);
  return urls.filter((url) => !passes(check, url)).map((url) => new URL(url).hostname);
}

function passes(check: HostCheck, url: string): boolean {
  try {
    check.assertUrl(new URL(url));
    return true;
  } catch {
    return false;
  }
}
