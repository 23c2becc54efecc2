import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../config/index.js';
import { temporalConnection } from './connection.js';

describe('temporalConnection', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
    for (const name of ['ca', 'crt', 'key']) writeFileSync(join(folder, name), `${name}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string): string => join(folder, name);
  const connection = (env: Record<string, string>) => temporalConnection(loadConfig({ HOLDFAST_DATA_DIR: folder, DATABASE_URL: 'postgres://u@h/d', TEMPORAL_ADDRESS: 'a.example:7233', ...env }));

  it('is plain where nothing is said', () => {
    expect(connection({})).toEqual({ address: 'a.example:7233' });
    expect(connection({ TEMPORAL_TLS: 'false' })).toEqual({ address: 'a.example:7233' });
  });

  it('goes over TLS where that is asked for, and for an API key', () => {
    expect(connection({ TEMPORAL_TLS: 'true' })).toEqual({ address: 'a.example:7233', tls: true });
    expect(connection({ TEMPORAL_API_KEY_FILE: file('key') })).toEqual({ address: 'a.example:7233', tls: true, apiKey: 'key' });
  });

  it('takes an authority, a client certificate and a name', () => {
    const tls = { serverNameOverride: 'temporal.internal', serverRootCACertificate: Buffer.from('ca\n'), clientCertPair: { crt: Buffer.from('crt\n'), key: Buffer.from('key\n') } };
    expect(connection({ TEMPORAL_TLS_CA_FILE: file('ca'), TEMPORAL_TLS_CERT_FILE: file('crt'), TEMPORAL_TLS_KEY_FILE: file('key'), TEMPORAL_TLS_SERVER_NAME: 'temporal.internal' })).toEqual({ address: 'a.example:7233', tls });
  });

  it('says what is wrong with what it is given', () => {
    expect(() => connection({ TEMPORAL_TLS_CERT_FILE: file('crt') })).toThrow(/TEMPORAL_TLS_KEY_FILE: is not set/);
    expect(() => connection({ TEMPORAL_TLS_CA_FILE: file('absent') })).toThrow(/TEMPORAL_TLS_CA_FILE: .*absent can't be read \(ENOENT\)/);
    expect(() => connection({ TEMPORAL_TLS: 'perhaps' })).toThrow(/TEMPORAL_TLS/);
  });
});
