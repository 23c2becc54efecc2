import { describe, expect, it } from '@jest/globals';
import { nearLimit } from './near-limit.js';

const limits = { maxSteps: 10, maxTokens: 1_000, maxSeconds: 100 };
const used = { steps: 1, tokens: 10, seconds: 1, toolCalls: 0 };

describe('nearLimit', () => {
  it('says nothing while enough is left', () => expect(nearLimit(limits, used)).toBeNull());
  it('names each limit that is near, with what is left', () => {
    expect(nearLimit(limits, { ...used, steps: 8, tokens: 900 })).toContain('2 of 10 steps, 100 of 1000 tokens');
    expect(nearLimit({ ...limits, maxToolCalls: 5 }, { ...used, toolCalls: 6 })).toContain('0 of 5 tool calls');
  });
});
