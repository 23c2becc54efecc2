import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
const keyFile = join(folder, 'key');
writeFileSync(keyFile, 'sk-local\n');
afterAll(() => rmSync(folder, { recursive: true }));

const load = (env: Record<string, string>) => loadConfig({ HOLDFAST_DATA_DIR: folder, DATABASE_URL: 'postgres://x@127.0.0.1/x', TEMPORAL_ADDRESS: '127.0.0.1:7233', ...env });
const GPU = { id: 'gpu', kind: 'openai', url: 'https://gpu.example/v1', keyFile };

describe('runtimes and roles', () => {
  it('are one runtime and its model where nothing is said', () => {
    const { runtimes, roles } = load({ HOLDFAST_RUNTIME: 'ollama', HOLDFAST_MODEL: 'gemma4:e2b' });
    expect(runtimes).toEqual([{ id: 'ollama', kind: 'ollama', url: 'http://127.0.0.1:11434', slots: 1, apiKey: undefined, ca: undefined }]);
    expect([roles.main, roles.judge]).toEqual([[{ runtimeId: 'ollama', model: 'gemma4:e2b' }], [{ runtimeId: 'ollama', model: 'gemma4:e2b' }]]);
    expect(roles.embed).toEqual([{ runtimeId: 'ollama', model: 'embeddinggemma' }]);
  });

  it('come from JSON, with fallbacks, and the key from its file', () => {
    const { runtimes, roles } = load({ HOLDFAST_RUNTIMES: JSON.stringify([GPU]), HOLDFAST_RUNTIME_HOSTS: 'gpu.example', HOLDFAST_ROLES: '{"main":["gpu/google/gemma-4-26b","ollama/gemma4:e4b"],"fast":"ollama/gemma4:e2b"}' });
    expect(runtimes[1]).toMatchObject({ id: 'gpu', slots: 1, apiKey: 'sk-local' });
    expect(roles.main).toEqual([{ runtimeId: 'gpu', model: 'google/gemma-4-26b' }, { runtimeId: 'ollama', model: 'gemma4:e4b' }]);
    expect(roles.judge).toEqual(roles.main);
    expect(roles.fast).toEqual([{ runtimeId: 'ollama', model: 'gemma4:e2b' }]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a host that is not listed', { HOLDFAST_RUNTIMES: JSON.stringify([GPU]) }, /^HOLDFAST_RUNTIME_HOSTS: the runtime gpu is on gpu.example/],
    ['the same for the first runtime', { HOLDFAST_RUNTIME_URL: 'http://10.0.0.7:11434' }, /^HOLDFAST_RUNTIME_HOSTS/],
    ['the same for the one that embeds', { HOLDFAST_EMBED_URL: 'http://10.0.0.7:11434' }, /^HOLDFAST_RUNTIME_HOSTS/],
    ['a key in clear', { HOLDFAST_RUNTIMES: JSON.stringify([{ ...GPU, url: 'http://gpu.example' }]), HOLDFAST_RUNTIME_HOSTS: 'gpu.example' }, /travel in clear/],
    ['a missing key file', { HOLDFAST_RUNTIMES: JSON.stringify([{ ...GPU, keyFile: join(folder, 'none') }]), HOLDFAST_RUNTIME_HOSTS: 'gpu.example' }, /ENOENT/],
    ['a CA file without a certificate', { HOLDFAST_RUNTIMES: JSON.stringify([{ ...GPU, caFile: keyFile }]), HOLDFAST_RUNTIME_HOSTS: 'gpu.example' }, /the CA file of gpu holds no certificate/],
    ['an id that stands twice', { HOLDFAST_RUNTIMES: JSON.stringify([{ ...GPU, id: 'ollama', url: 'http://127.0.0.1:1' }]) }, /two runtimes have the id ollama/],
    ['a role on no runtime', { HOLDFAST_ROLES: '{"main":"cloud/x"}' }, /^HOLDFAST_ROLES: there is no runtime cloud/],
    ['JSON that is none', { HOLDFAST_RUNTIMES: '[{' }, /^HOLDFAST_RUNTIMES: must be a JSON array/],
    ['a route without a runtime', { HOLDFAST_ROLES: '{"main":"gemma4"}' }, /^HOLDFAST_ROLES/],
  ])('refuse %s', (_what, env, words) => {
    expect(() => load(env)).toThrow(words);
  });
});
