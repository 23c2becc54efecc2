import { describe, expect, it } from '@jest/globals';
import { assertRoom, cacheBytes } from './memory.js';

const GIB = 1024 ** 3;
const facts = {
  architecture: 'gemma3', parameters: 268e6, trainedContext: 32768, embeddingWidth: 640, layers: 18,
  metadata: { 'gemma3.attention.head_count': 4, 'gemma3.attention.head_count_kv': 1, 'gemma3.attention.key_length': 256, 'gemma3.attention.value_length': 256 },
};

describe('memory', () => {
  it('knows what a context takes: keys and values of each layer in 16 bits', () => {
    expect(cacheBytes(facts, 4096)).toBe(18 * 512 * 2 * 4096);
    expect(cacheBytes({ ...facts, metadata: {} }, 10)).toBe(18 * 2 * 640 * 2 * 10);
  });

  it("refuses in Ollama's words what does not fit beside the reserve", () => {
    expect(() => assertRoom('the model', 5 * GIB, 4 * GIB)).toThrow('the model requires more system memory (5.3 GiB) than is available (4.0 GiB)');
    expect(() => assertRoom('the model', 3.9 * GIB, 4 * GIB)).toThrow('requires more');
    expect(() => assertRoom('the model', 3 * GIB, 4 * GIB)).not.toThrow();
  });
});
