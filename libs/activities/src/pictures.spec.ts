import { describe, expect, it } from '@jest/globals';
import type { ModelRef } from '#contracts';
import { createRouter, RUNTIME_CAPABILITIES, type Runtime, type RuntimeKind } from '#models';
import type { ModelGate } from './models/model-gate.js';
import { createVision } from './pictures.js';

const MAIN: ModelRef = { runtimeId: 'here', model: 'gemma3:270m' };

function routeWith(vision: ModelRef, kind: RuntimeKind, abilities: string[] | null | 'down') {
  const all = [MAIN];
  const router = createRouter({ roles: { fast: all, main: all, large: all, judge: all, vision: [vision], embed: all }, runtimeIds: ['here'], defaultRuntimeId: 'here' });
  const describe = async () => (abilities === 'down' ? Promise.reject(new Error('down')) : { abilities });
  const runtime = { id: 'here', kind, capabilities: RUNTIME_CAPABILITIES[kind], describe } as unknown as Runtime;
  return createVision({ router, runtimes: new Map([['here', runtime]]) } as unknown as ModelGate)();
}

describe('where pictures go to be read', () => {
  const seer: ModelRef = { runtimeId: 'here', model: 'gemma3:4b' };

  it('is the model of the role `vision` that its runtime says can see', async () => {
    expect(await routeWith(seer, 'ollama', ['completion', 'vision'])).toMatchObject({ model: 'gemma3:4b', queue: expect.stringContaining('gemma3:4b') });
    expect(await routeWith(MAIN, 'ollama', ['completion', 'vision'])).toMatchObject({ model: 'gemma3:270m' });
  });

  it('is nobody where the model is said to see nothing, or the runtime takes no pictures', async () => {
    expect(await routeWith(seer, 'ollama', ['completion'])).toBeNull();
    expect(await routeWith(seer, 'embedded', ['completion', 'vision'])).toBeNull();
  });

  it('is believed of a runtime that does not say, where a model is named for it', async () => {
    expect(await routeWith(seer, 'openai', null)).toMatchObject({ model: 'gemma3:4b' });
    expect(await routeWith(MAIN, 'openai', null)).toBeNull();
    expect(await routeWith(MAIN, 'ollama', 'down')).toBeNull();
  });
});
