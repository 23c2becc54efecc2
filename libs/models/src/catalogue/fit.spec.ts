import { describe, expect, it } from '@jest/globals';
import { catalogueModelSchema } from '#contracts';
import { fitModels, pickAuto } from './fit.js';
import { GEMMA } from './gemma.js';
import { EXAMPLE_MACHINES } from './machines.js';
import { parseNvidia, readMachine } from './read-machine.js';

describe('catalogue', () => {
  it('gives a source for every fact', () => {
    for (const model of GEMMA) expect(() => catalogueModelSchema.parse(model)).not.toThrow();
  });

  it('says which facts were not compared with their source', () => {
    const fits = fitModels(EXAMPLE_MACHINES.desktop);
    expect(fits.find(({ id, quantization }) => id === 'gemma-4-26b-a4b' && quantization === 'Q8_0')?.unverified).toEqual(['memory']);
    expect(fits.find(({ id }) => id === 'gemma-3n-e2b')?.unverified).toEqual(['weights', 'parameters', 'context', 'memory', 'quality']);
  });

  it.each([
    ['pi5', 'gemma-4-e2b', 'Q4_0', 'cpu', [5, 15]],
    ['laptop', 'gemma-4-e4b', 'Q4_0', 'gpu', [40, 90]],
    ['desktop', 'gemma-4-31b', 'Q4_0', 'gpu', [25, 50]],
    ['mac', 'gemma-4-31b', 'Q4_0', 'gpu', [10, 20]],
  ] as const)('picks for the %s', (machine, id, quantization, on, [slowest, fastest]) => {
    const fits = fitModels(EXAMPLE_MACHINES[machine]);
    const picked = fits.filter((fit) => fit.picked);
    expect(picked).toHaveLength(1);
    expect(picked[0]).toMatchObject({ id, quantization, on, fits: true });
    expect(picked[0]!.expectedSpeed).toBeGreaterThan(slowest);
    expect(picked[0]!.expectedSpeed).toBeLessThan(fastest);
    expect(picked[0]!.contextTokens).toBeGreaterThanOrEqual(16_384);
  });

  it('picks the 12B for a card of 12 GB, between the sizes of those four', () => {
    const card = { ...EXAMPLE_MACHINES.desktop, gpus: [{ name: 'NVIDIA GeForce RTX 4070', memoryBytes: 12 * 2 ** 30, bandwidth: 504 }] };
    expect(fitModels(card)[0]).toMatchObject({ id: 'gemma-4-12b', quantization: 'Q4_0', picked: true, fits: true, command: 'ollama pull gemma4:12b-it-qat', unverified: ['weights', 'parameters', 'context', 'memory', 'quality'] });
  });

  it('never says that more fits than there is memory for', () => {
    for (const machine of Object.values(EXAMPLE_MACHINES)) {
      const most = machine.gpus[0]?.memoryBytes ?? machine.memoryBytes;
      for (const fit of fitModels(machine).filter(({ fits }) => fits)) {
        const { memory } = GEMMA.find(({ id }) => id === fit.id)!;
        expect(fit.weightBytes + memory.fixedBytes + (memory.bytesPer1000Tokens * fit.contextTokens) / 1_000).toBeLessThan(most);
      }
    }
    expect(fitModels(EXAMPLE_MACHINES.pi5).find((f) => f.id === 'gemma-4-31b')).toMatchObject({ fits: false, contextTokens: 0 });
  });

  it('takes what the runtime has for "auto", and says what would be better', () => {
    expect(pickAuto(EXAMPLE_MACHINES.desktop, ['gemma4:e4b', 'llama3:latest'])).toEqual({ model: 'gemma4:e4b', reason: expect.stringContaining('ollama pull gemma4:31b-it-qat') });
    expect(pickAuto(EXAMPLE_MACHINES.pi5, ['gemma4:31b'])).toEqual({ missing: expect.stringContaining('ollama pull gemma4:e2b-it-qat') });
  });

  it('reads a machine', async () => {
    expect(parseNvidia('NVIDIA GeForce RTX 4090, 24564\n')).toEqual([{ name: 'NVIDIA GeForce RTX 4090', memoryBytes: 24_564 * 2 ** 20, bandwidth: 1_008 }]);
    expect((await readMachine()).memoryBytes).toBeGreaterThan(2 ** 30);
  });
});
