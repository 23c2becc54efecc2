import { describe, expect, it } from '@jest/globals';
import { createHostCheck, hostsOutside, type Resolver } from './host-check.js';

const resolvesTo = (...addresses: string[]): Resolver => (_name, _options, callback) => callback(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
const resolve = (allowed: string[], name: string, ...addresses: string[]): Promise<unknown> =>
  new Promise((done, fail) => createHostCheck(allowed, resolvesTo(...addresses)).lookup(name, {}, (error, address) => (error ? fail(error) : done(address))));

describe('host check', () => {
  it.each(['http://127.0.0.1:1', 'http://127.9.9.9', 'http://localhost:11434', 'http://[::1]:1', 'http://ollama.localhost'])('allows %s by itself', (url) => {
    expect(hostsOutside([url], [])).toEqual([]);
  });

  it.each(['http://192.168.1.4', 'https://api.example.com/v1', 'http://localhost.example.com', 'http://0.0.0.0', 'http://[fd00::1]', 'http://169.254.169.254'])('refuses %s', (url) => {
    expect(hostsOutside([url], [])).toHaveLength(1);
  });

  it('allows what is listed, by name or address, but never link-local', () => {
    expect(hostsOutside(['https://API.example.com', 'http://10.0.0.7:1'], ['api.example.com', '10.0.0.7'])).toEqual([]);
    expect(hostsOutside(['http://169.254.169.254'], ['169.254.169.254'])).toEqual(['169.254.169.254']);
  });

  it('looks again after a name was resolved', async () => {
    await expect(resolve([], 'localhost', '127.0.0.1')).resolves.toBe('127.0.0.1');
    await expect(resolve([], 'localhost', '10.0.0.1')).rejects.toMatchObject({ what: 'refused' });
    await expect(resolve(['gpu.lan'], 'gpu.lan', '10.0.0.1')).resolves.toBe('10.0.0.1');
    await expect(resolve(['gpu.lan'], 'gpu.lan', '10.0.0.1', '169.254.169.254')).rejects.toMatchObject({ what: 'refused' });
    await expect(resolve(['localhost'], 'localhost', '10.0.0.1')).rejects.toMatchObject({ what: 'refused' });
  });
});
