import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** Addresses of this machine, of private networks and of no host: nobody outside names them for good. */
const PRIVATE = new BlockList();
for (const [net, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3]] as const) PRIVATE.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [['::', 127], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8], ['64:ff9b::', 96], ['2002::', 16]] as const) PRIVATE.addSubnet(net, bits, 'ipv6');

export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

type Lookup = (hostname: string, options: LookupOptions, callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void) => void;

export interface PublicHosts {
  /** False where the host is refused as it is written; a name is looked at again when it is resolved. */
  mayCall(url: URL): boolean;
  /** For `node:http`: resolves a name and refuses the addresses that it may not lead to. */
  readonly lookup: Lookup;
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();

/** Whether an address is one of this machine or of a private network; IPv4 within IPv6 counts as what it is. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address);
  if (mapped?.[1]) return PRIVATE.check(mapped[1], 'ipv4');
  if (mapped) return PRIVATE.check([mapped[2]!, mapped[3]!].flatMap((h) => [parseInt(h, 16) >> 8, parseInt(h, 16) & 255]).join('.'), 'ipv4');
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Which hosts may be called that somebody named through the API: public ones, and those in `allowed` wherever they
 * are. The address that was checked is the one that is connected to, so a name that changes in between gains nothing.
 */
export function createPublicHosts(allowed: readonly string[], resolve: typeof systemLookup = systemLookup): PublicHosts {
  const named = new Set(allowed.map(bare));
  const refuses = (host: string, address: string): boolean => !named.has(bare(host)) && isPrivateAddress(address);
  return {
    mayCall({ hostname }: URL): boolean {
      const host = bare(hostname);
      if (named.has(host)) return true;
      return isIP(host) ? !isPrivateAddress(host) : host !== 'localhost' && !host.endsWith('.localhost');
    },
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '');
        if (addresses.some(({ address }) => refuses(hostname, address))) return callback(new AddressRefused(), '');
        if (options.all) return callback(null, addresses);
        callback(null, addresses[0]!.address, addresses[0]!.family);
      });
    },
  };
}
