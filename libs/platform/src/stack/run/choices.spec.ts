import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { chooseModels } from './ollama-models.js';
import { freePort, resolvePort } from './ports.js';

describe('chooseModels', () => {
  it('prefers the newest Gemma and an embedding model', () => {
    expect(chooseModels(['llama4:8b', 'gemma3:4b', 'gemma4:e4b', 'embeddinggemma:300m'])).toEqual({ model: 'gemma4:e4b', embedModel: 'embeddinggemma:300m' });
  });
  it('takes no other model for a Gemma, nor an embedding model for one that chats', () => {
    expect(chooseModels(['llama4:8b', 'embeddinggemma:300m'])).toBeUndefined();
    expect(chooseModels([])).toBeUndefined();
  });
  it('says when there is nothing to embed with', () => {
    expect(chooseModels(['gemma3:1b'])).toEqual({ model: 'gemma3:1b', embedModel: undefined });
  });
});

describe('resolvePort', () => {
  const server = createServer();
  afterEach(() => void server.close());
  const wanted = (port: number) => ({ port, service: 'the API', option: '--port' });

  it('names a taken port and the option that changes it', async () => {
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await expect(resolvePort(wanted(port))).rejects.toThrow(new RegExp(`Port ${port} for the API is taken.*--port`));
  });
  it('takes a free one for 0, and the one asked for otherwise', async () => {
    expect(await resolvePort(wanted(0))).toBeGreaterThan(1023);
    const port = await freePort();
    expect(await resolvePort(wanted(port))).toBe(port);
  });
});
