import { describe, expect, it } from '@jest/globals';
import { availableParallelism } from 'node:os';
import { readConfig } from './config.js';
import { isSameModel } from './model/served-model.js';

const given = { HOLDFAST_LLAMA_DIR: '/llama', HOLDFAST_GGUF: '/model.gguf' };

describe('readConfig', () => {
  it('has defaults', () => {
    expect(readConfig(given)).toMatchObject({ bins: '/llama/bins', chat: { name: 'gemma3:270m', file: '/model.gguf' }, embed: undefined, slots: 1, port: 0, nativeLogs: false });
  });

  it('never takes more threads than cores', () => {
    expect(readConfig({ ...given, HOLDFAST_THREADS: '999' }).threads).toBe(availableParallelism());
  });

  it('takes an embedding model alone, and empty as not given', () => {
    const config = readConfig({ HOLDFAST_LLAMA_DIR: '/llama', HOLDFAST_GGUF: '', HOLDFAST_EMBED_GGUF: '/e.gguf', HOLDFAST_EMBED_MODEL: 'e' });
    expect(config).toMatchObject({ chat: undefined, embed: { name: 'e', file: '/e.gguf' } });
  });

  it.each([
    [{ HOLDFAST_GGUF: '/m' }, 'HOLDFAST_LLAMA_DIR'],
    [{ HOLDFAST_LLAMA_DIR: '/llama' }, 'HOLDFAST_GGUF'],
    [{ ...given, HOLDFAST_RUNTIME_PORT: '70000' }, 'HOLDFAST_RUNTIME_PORT'],
    [{ ...given, HOLDFAST_THREADS: '0' }, 'HOLDFAST_THREADS'],
    [{ ...given, HOLDFAST_MODEL_SLOTS: '0' }, 'HOLDFAST_MODEL_SLOTS'],
  ])('names the variable that is wrong', (env, variable) => {
    expect(() => readConfig(env as unknown as NodeJS.ProcessEnv)).toThrow(variable);
  });
});

describe('isSameModel', () => {
  it('reads a name without a tag as latest', () => {
    expect(isSameModel('all-minilm', 'all-minilm:latest')).toBe(true);
    expect(isSameModel('gemma3', 'gemma3:270m')).toBe(false);
  });
});
