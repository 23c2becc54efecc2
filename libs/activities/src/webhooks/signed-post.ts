import { createHmac } from 'node:crypto';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { DELIVERY_HEADER, type DeliveryTry, SIGNATURE_HEADER } from '#contracts';
import { AddressRefused, type PublicHosts } from '#platform';

/** Milliseconds that a receiver has to answer. */
const TIMEOUT_MS = 10_000;

/** `t=SECONDS,v1=HEX`: the time is signed with the body, so that a call can't be sent again later. */
export function signatureOf(secret: string, body: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/**
 * POSTs a signed body and says how it went. Redirects are not followed: they would lead where nobody looked. What the
 * receiver answers beside its status is not read.
 */
export async function signedPost(hosts: PublicHosts, a: { url: string; secret: string; deliveryId: string; body: string }, signal: AbortSignal): Promise<DeliveryTry> {
  const started = Date.now();
  const ended = (status: number | null, failure: DeliveryTry['failure']): DeliveryTry => ({ at: new Date(started).toISOString(), ms: Date.now() - started, status, failure });
  const url = new URL(a.url);
  if (!hosts.mayCall(url)) return ended(null, 'address_refused');
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(a.body), 'user-agent': 'holdfast', [DELIVERY_HEADER]: a.deliveryId, [SIGNATURE_HEADER]: signatureOf(a.secret, a.body, Math.floor(started / 1_000)) };
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const call = (url.protocol === 'https:' ? https : http)(url, { method: 'POST', headers, lookup: hosts.lookup, agent: false, signal: AbortSignal.any([signal, timeout]) }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.on('error', reject);
      call.end(a.body);
    });
    return ended(status, status >= 200 && status < 300 ? null : 'status');
  } catch (error) {
    if (signal.aborted) throw error;
    return ended(null, error instanceof AddressRefused ? 'address_refused' : timeout.aborted ? 'timeout' : 'connection_failed');
  }
}
