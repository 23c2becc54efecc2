import { describe, expect, it } from '@jest/globals';
import { limitsLeft } from './run-views.js';

const limits = { maxSteps: 10, maxTokens: 100, maxSeconds: 60 };
const at = (s: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, s));

describe('limitsLeft', () => {
  it('is whole before the start', () => {
    expect(limitsLeft({ limits, next_step: 1, prompt_tokens: 0, output_tokens: 0, started_at: null }, Date.now())).toEqual(limits);
  });

  it('counts steps by number, tokens in and out, and seconds since the first start', () => {
    expect(limitsLeft({ limits, next_step: 4, prompt_tokens: 30, output_tokens: 5, started_at: at(0) }, at(20).getTime())).toEqual({ maxSteps: 7, maxTokens: 65, maxSeconds: 40 });
  });

  it('stands still after the end, and never goes below 0', () => {
    expect(limitsLeft({ limits, next_step: 99, prompt_tokens: 300, output_tokens: 5, started_at: at(0), ended_at: at(10) }, at(50).getTime())).toEqual({ maxSteps: 0, maxTokens: 0, maxSeconds: 50 });
    expect(limitsLeft({ limits, next_step: 1, prompt_tokens: 0, output_tokens: 0, started_at: at(0) }, at(0).getTime() + 1e9)).toMatchObject({ maxSeconds: 0 });
  });
});
