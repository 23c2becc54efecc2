import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/config-error.js';
import type { StackConfig } from '../config/config.js';

/** Where Temporal is and how to prove who asks: what the client's and the worker's connections both take. */
export type TemporalConnection = {
  /** host:port */
  address: string;
  tls?: { serverNameOverride?: string; serverRootCACertificate?: Buffer; clientCertPair?: { crt: Buffer; key: Buffer } } | boolean;
  apiKey?: string;
};

/**
 * How to reach Temporal, be it the dev server, a cluster of one's own behind TLS, or Temporal Cloud with a client
 * certificate or an API key. The files are read now: a process that is started again takes up new ones.
 * @throws ConfigError where a file can't be read or half of a key pair is missing.
 */
export function temporalConnection(config: Pick<StackConfig, 'temporalTls' | 'temporalApiKeyFile'> & { temporalAddress: string }): TemporalConnection {
  const { temporalAddress: address, temporalTls: tls, temporalApiKeyFile } = config;
  const apiKey = temporalApiKeyFile === undefined ? undefined : read('TEMPORAL_API_KEY_FILE', temporalApiKeyFile).toString('utf8').trim();
  const { caFile, certFile, keyFile, serverName } = tls;
  if ((certFile === undefined) !== (keyFile === undefined)) throw new ConfigError(certFile === undefined ? 'TEMPORAL_TLS_CERT_FILE' : 'TEMPORAL_TLS_KEY_FILE', 'is not set, and the other half of the pair is', 'A client certificate and its key go together');
  const given = caFile ?? certFile ?? serverName;
  if (!tls.enabled && given === undefined && apiKey === undefined) return { address };
  return {
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    tls:
      given === undefined
        ? true
        : {
            ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
            ...(caFile === undefined ? {} : { serverRootCACertificate: read('TEMPORAL_TLS_CA_FILE', caFile) }),
            ...(certFile === undefined || keyFile === undefined ? {} : { clientCertPair: { crt: read('TEMPORAL_TLS_CERT_FILE', certFile), key: read('TEMPORAL_TLS_KEY_FILE', keyFile) } }),
          },
  };
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError(variable, `${file} can't be read (${(error as NodeJS.ErrnoException).code})`, 'Make it readable, or correct the path');
  }
}
