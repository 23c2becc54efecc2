import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError, describeConfig, loadConfig, loadStackConfig } from './index.js';

describe('loadConfig', () => {
  let dataDir: string;
  let given: Record<string, string>;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
    given = { HOLDFAST_DATA_DIR: dataDir, DATABASE_URL: 'postgres://u:p@127.0.0.1:5432/h', TEMPORAL_ADDRESS: '127.0.0.1:7233' };
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const failure = (env: Record<string, string>): ConfigError => {
    try {
      loadConfig(env);
    } catch (error) {
      if (error instanceof ConfigError) return error;
      throw error;
    }
    throw new Error('expected a ConfigError');
  };

  it('fills in the defaults', () => {
    expect(loadConfig(given)).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      databaseDirectUrl: given['DATABASE_URL'],
      temporalNamespace: 'default',
      runtime: 'ollama',
      runtimeUrl: 'http://127.0.0.1:11434',
      embedUrl: 'http://127.0.0.1:11434',
      logLevel: 'info',
    });
  });

  it('takes the environment before the file, and the file before the defaults', () => {
    writeFileSync(join(dataDir, 'holdfast.config.json'), JSON.stringify({ HOLDFAST_PORT: 4000, HOLDFAST_MODEL: 'from-file', HOLDFAST_INGEST_DIRS: ['/a', '/b'] }));
    const config = loadConfig({ ...given, HOLDFAST_MODEL: 'from-env' });
    expect(config).toMatchObject({ port: 4000, model: 'from-env', ingestDirs: ['/a', '/b'] });
  });

  it.each(['0.0.0.0', '192.168.1.2', 'example.org', '127.0.0.1.example.org'])('refuses to listen on %s', (host) => {
    expect(failure({ ...given, HOLDFAST_HOST: host })).toMatchObject({ variable: 'HOLDFAST_HOST', message: expect.stringContaining('no authentication') });
  });

  it('listens beyond loopback where callers have to say who they are', () => {
    expect(loadConfig({ ...given, HOLDFAST_HOST: '0.0.0.0', HOLDFAST_AUTH: 'true', HOLDFAST_API_HOSTS: 'Holdfast.example.org' })).toMatchObject({ host: '0.0.0.0', auth: { enabled: true, apiHosts: ['holdfast.example.org'], requestsPerSecond: 50, oidc: undefined } });
  });

  it('takes tokens of an issuer for an audience, over a safe way, or of none', () => {
    const oidc = { HOLDFAST_AUTH: 'true', HOLDFAST_OIDC_ISSUER: 'https://id.example.org/realm', HOLDFAST_OIDC_AUDIENCE: 'holdfast', HOLDFAST_OIDC_ROLES_CLAIM: 'realm_access.roles', HOLDFAST_OIDC_ROLES: '{"doctors":"signer"}' };
    expect(loadConfig({ ...given, ...oidc }).auth.oidc).toMatchObject({ issuer: 'https://id.example.org/realm', audience: 'holdfast', rolesClaim: ['realm_access', 'roles'], roleNames: { doctors: 'signer' } });
    expect(failure({ ...given, ...oidc, HOLDFAST_AUTH: 'false' })).toMatchObject({ variable: 'HOLDFAST_OIDC_ISSUER' });
    expect(failure({ ...given, ...oidc, HOLDFAST_OIDC_AUDIENCE: '' })).toMatchObject({ variable: 'HOLDFAST_OIDC_AUDIENCE' });
    expect(failure({ ...given, ...oidc, HOLDFAST_OIDC_ISSUER: 'http://id.example.org' })).toMatchObject({ variable: 'HOLDFAST_OIDC_ISSUER' });
    expect(failure({ ...given, ...oidc, HOLDFAST_OIDC_ROLES: '{"doctors":"god"}' })).toMatchObject({ variable: 'HOLDFAST_OIDC_ROLES' });
  });

  it('reads secrets from files, and says which cannot be read', () => {
    const { DATABASE_URL: url, ...rest } = given;
    const file = join(dataDir, 'database-url');
    writeFileSync(file, `${url}\n`);
    expect(loadConfig({ ...rest, DATABASE_URL_FILE: file })).toMatchObject({ databaseUrl: url });
    expect(loadConfig({ ...given, DATABASE_URL_FILE: '/nowhere' })).toMatchObject({ databaseUrl: url });
    expect(failure({ ...rest, DATABASE_URL_FILE: '/nowhere' })).toMatchObject({ variable: 'DATABASE_URL_FILE', message: expect.stringContaining('ENOENT') });
  });

  it.each([
    ['HOLDFAST_PORT', '70000'],
    ['HOLDFAST_PORT', 'many'],
    ['DATABASE_URL', 'mysql://h/x'],
    ['TEMPORAL_ADDRESS', 'http://127.0.0.1:7233'],
    ['HOLDFAST_RUNTIME', 'cloud'],
    ['HOLDFAST_RUNTIME_URL', 'localhost:11434'],
    ['HOLDFAST_THREADS', '0'],
    ['HOLDFAST_LOG_LEVEL', 'loud'],
    ['HOLDFAST_METRICS_PORT', 'any'],
    ['HOLDFAST_TRACE_SHARE', '2'],
    ['HOLDFAST_OTLP_URL', 'collector:4318'],
    ['HOLDFAST_OTLP_URL', 'http://collector.example:4318'],
  ])('names %s when it is %s', (variable, value) => {
    expect(failure({ ...given, [variable]: value })).toMatchObject({ variable, message: expect.stringMatching(`^${variable}: `) });
  });

  it('tells nobody anything where it is not asked to, and sends traces to hosts that are named only', () => {
    expect(loadConfig(given)).toMatchObject({ metricsPort: undefined, otlpUrl: undefined, otlpHosts: [], traceShare: 1 });
    expect(loadConfig({ ...given, HOLDFAST_OTLP_URL: 'http://collector.example:4318', HOLDFAST_OTLP_HOSTS: 'other, collector.example' }).otlpUrl).toBe('http://collector.example:4318');
    expect(failure({ ...given, HOLDFAST_OTLP_URL: 'http://collector.example:4318' }).message).toContain('HOLDFAST_OTLP_HOSTS');
  });

  it('asks for the servers that only the stack can start', () => {
    const { DATABASE_URL: _, ...rest } = given;
    expect(failure(rest)).toMatchObject({ variable: 'DATABASE_URL', message: expect.stringContaining('npm run up') });
    expect(loadStackConfig(rest).databaseUrl).toBeUndefined();
  });

  it('names what is wrong with the file', () => {
    writeFileSync(join(dataDir, 'holdfast.config.json'), '{');
    expect(failure(given).message).toContain('is not JSON');
    writeFileSync(join(dataDir, 'holdfast.config.json'), '{"HOLDFAST_PROT": 1}');
    expect(failure(given)).toMatchObject({ variable: 'HOLDFAST_PROT', message: expect.stringContaining('no setting') });
  });

  it('describes every setting', () => {
    for (const setting of describeConfig()) expect(setting.description).not.toBe('');
    expect(describeConfig()).toContainEqual(expect.objectContaining({ name: 'HOLDFAST_DATA_DIR', default: '.holdfast/data' }));
  });
});
