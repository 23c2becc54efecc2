import type { lookup, LookupAddress } from 'node:dns';
import { createServer, request, type Server } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPublicHosts, type PublicHosts } from './public-hosts.js';

describe('the hosts that others may name', () => {
  const hosts = createPublicHosts(['intranet.example.org']);

  it.each(['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/', 'http://10.1.2.3/', 'http://172.31.0.1/', 'http://192.168.1.1/', 'http://169.254.169.254/latest', 'http://100.64.0.1/', 'http://0.0.0.0/', 'http://[fd00::1]/', 'http://[fe80::1]/', 'http://[64:ff9b::7f00:1]/', 'http://localhost/', 'http://LOCALHOST./', 'http://a.localhost/'])('are not %s', (url) => {
    expect(hosts.mayCall(new URL(url))).toBe(false);
  });

  it.each(['https://example.org/x', 'http://93.184.216.34/', 'http://[2606:2800:220:1::1]/', 'http://intranet.example.org/'])('are %s', (url) => {
    expect(hosts.mayCall(new URL(url))).toBe(true);
  });

  describe('when a name is resolved, at the moment of connecting', () => {
    let server: Server;
    let called = 0;
    beforeEach(async () => {
      called = 0;
      server = createServer((_req, res) => void (called++, res.end()));
      await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
    });
    afterEach(() => new Promise((go) => server.close(go)));

    /** A resolver that answers with what it is told, one answer after the other. */
    const answering = (allowed: string[], ...answers: string[][]): PublicHosts =>
      createPublicHosts(allowed, ((_name: string, _options: object, done: (error: null, addresses: LookupAddress[]) => void) => done(null, (answers.shift() ?? []).map((address) => ({ address, family: isIP(address) })))) as typeof lookup);
    const call = ({ lookup }: PublicHosts): Promise<string> =>
      new Promise((done) => {
        const asked = request({ host: 'hook.example.org', port: (server.address() as AddressInfo).port, lookup, agent: false }, (answer) => (answer.resume(), done(String(answer.statusCode))));
        asked.on('error', (error) => done(error.name)).end();
      });

    it.each([['127.0.0.1'], ['::1'], ['169.254.169.254'], ['::ffff:10.0.0.1']])('are not one that leads to %s', async (address) => {
      expect([await call(answering([], [address])), called]).toEqual(['AddressRefused', 0]);
    });

    it('are not one that leads there beside elsewhere, or there the second time', async () => {
      expect(await call(answering([], ['93.184.216.34', '127.0.0.1']))).toBe('AddressRefused');
      const rebound = answering([], ['93.184.216.34'], ['127.0.0.1']);
      await new Promise<void>((go) => rebound.lookup('hook.example.org', {}, () => go()));
      expect([await call(rebound), called]).toEqual(['AddressRefused', 0]);
    });

    it('are one that was allowed by its name', async () => {
      expect([await call(answering(['hook.example.org'], ['127.0.0.1'])), called]).toEqual(['200', 1]);
    });
  });
});
