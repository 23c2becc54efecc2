import { describe, expect, it } from '@jest/globals';
import { isSummary } from '#platform';
import { details, type Progress } from './details.js';

const LINK = 'http://127.0.0.1:3000/console/runs/019a0000-0000-7000-8000-000000000000';
const P: Progress = { step: 12, verdict: 'ok', overthinking: 0.1234, overacting: 0.3, steering: null, tokens: 12_345, seconds: 61, limits: { maxSteps: 600, maxTokens: 4_000_000, maxSeconds: 21_600 } };

describe('the details of a run in Temporal', () => {
  it('say how far it is, limits, drift, how the latest calls came out, and where to look', () => {
    expect(details('**Step 12** of 600', { ...P, steering: 'nudge' }, ['11: run, error', '12: read_file, ok'], LINK)).toBe(
      [
        `**Step 12** of 600, [in the console](${LINK})`,
        '',
        '- drift: **ok**, overthinking 0.12, overacting 0.30, steered: nudge',
        '- limits: 12,345 of 4,000,000 tokens, 61 of 21,600 s',
        '- step 12: read_file, ok',
        '- step 11: run, error',
      ].join('\n'),
    );
    expect(details('**cancelled** after step 0', null, [], null)).toBe('**cancelled** after step 0');
  });

  it('stay in clear at their longest', () => {
    const name = 'a_tool_with_a_name_of_forty_characters_in';
    const outcomes = Array.from({ length: 6 }, (_, i) => `${100_000 + i}: ${Array.from({ length: 3 }, () => `${name}, refused (evidence_missing)`).join('; ')}; 9 more`);
    const text = details('**Step 100000** of 100000', { ...P, verdict: 'premature_finish', steering: 'gate_tools' }, outcomes, LINK);
    expect(isSummary({ metadata: { encoding: new TextEncoder().encode('json/plain') }, data: new TextEncoder().encode(JSON.stringify(text)) })).toBe(true);
  });
});
