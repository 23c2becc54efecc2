import { describe, expect, it } from '@jest/globals';
import type { Config } from '#platform';
import { trustedRuntimes } from './trusted-runtimes.js';

describe('runtimes for sensitive agents', () => {
  it('are on loopback, or listed for it', () => {
    const runtimes = [['near', 'http://127.0.0.1:1'], ['named', 'http://localhost:1'], ['far', 'https://models.example'], ['ward', 'https://10.0.0.7']].map(([id, url]) => ({ id, url }));
    const may = trustedRuntimes({ runtimes, sensitiveRuntimes: ['ward'] } as unknown as Config);
    expect(['near', 'named', 'far', 'ward', 'unknown'].map(may)).toEqual([true, true, false, true, false]);
  });
});
