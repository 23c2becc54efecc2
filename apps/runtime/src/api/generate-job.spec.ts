import { describe, expect, it } from '@jest/globals';
import type { ServedModel } from '../model/served-model.js';
import { generateJob, toSampling } from './generate-job.js';
import { chatSchema, optionsSchema } from './schemas.js';

const model = { setting: { name: 'tiny' }, thread: { ready: { facts: { layers: 3, embeddingWidth: 2 } } } } as unknown as ServedModel;
const job = (body: object) => generateJob(model, chatSchema.parse({ model: 'tiny', ...body }), [], ['<end>']);

describe('generateJob', () => {
  it("has Ollama's defaults", () => {
    expect(toSampling({})).toMatchObject({ temperature: 0.8, topK: 40, topP: 0.9, minP: 0, repeatPenalty: 1.1, repeatLastN: 64 });
    expect(job({})).toMatchObject({ maxTokens: undefined, contextSize: 4096, stop: ['<end>'], grammar: undefined });
  });

  it('takes every option', () => {
    const options = { temperature: 0, top_k: 5, top_p: 0.5, min_p: 0.1, seed: 7, num_predict: 9, num_ctx: 512, stop: ['a', 'b'], repeat_penalty: 1, repeat_last_n: -1 };
    expect(job({ options })).toMatchObject({
      maxTokens: 9,
      contextSize: 512,
      stop: ['<end>', 'a', 'b'],
      sampling: { temperature: 0, topK: 5, topP: 0.5, minP: 0.1, seed: 7, repeatPenalty: 1, repeatLastN: 512 },
    });
    expect(job({ options: { stop: 'x', num_predict: -1 } })).toMatchObject({ stop: ['<end>', 'x'], maxTokens: undefined });
  });

  it('never sends the seed that means random to llama.cpp', () => {
    expect(toSampling({ seed: 0xffff_ffff }).seed).toBe(0);
    expect(toSampling({ seed: -1 }).seed).toBeLessThan(0xffff_ffff);
  });

  it('refuses thinking and steering that the model has no place for', () => {
    expect(() => job({ think: true })).toThrow('does not support thinking');
    expect(() => job({ think: false })).not.toThrow();
    expect(() => job({ options: { steer: { layer: 3, scale: 1, direction: [1, 0] } } })).toThrow('layers 1 to 2');
    expect(() => job({ options: { steer: { layer: 1, scale: 1, direction: [1] } } })).toThrow('2 wide');
  });

  it('makes grammars of format', () => {
    expect(job({ format: 'json' }).grammar).toContain('root ::= object');
    expect(job({ format: '' }).grammar).toBeUndefined();
    expect(job({ format: { type: 'boolean' } }).grammar).toContain('boolean');
  });

  it('names what is wrong with a body', () => {
    expect(optionsSchema.safeParse({ top_p: 2 }).error?.issues[0]?.path).toEqual(['top_p']);
    expect(chatSchema.safeParse({ model: 'm', messages: [{ role: 'robot' }] }).error?.issues[0]?.path).toEqual(['messages', 0, 'role']);
    expect(chatSchema.safeParse({ model: 'm', unknown: 1 }).success).toBe(true);
  });
});
