import { describe, expect, it } from '@jest/globals';
import { isSummary } from '#platform';
import { endDetails, progressDetails } from './details.js';

const RUN = '019a0000-0000-7000-8000-000000000000';
const CONSOLE = 'http://127.0.0.1:3000/console';

describe('the details of a run in Temporal', () => {
  it('say step, limit, drift and where to look', () => {
    expect(progressDetails({ step: 12, maxSteps: 600, verdict: 'ok', overthinking: 0.1234, overacting: 0.3, steering: null }, CONSOLE, RUN)).toBe(`**Step 12** of 600; drift **ok** (thinking 0.12, acting 0.30); [console](${CONSOLE}/runs/${RUN})`);
    expect(endDetails('completed', 3, undefined, RUN)).toBe('**completed** after step 3');
  });

  it('stay in clear at their longest', () => {
    const text = progressDetails({ step: 100_000, maxSteps: 100_000, verdict: 'premature_finish', overthinking: 1, overacting: 1, steering: 'gate_tools' }, CONSOLE, RUN);
    expect(isSummary({ metadata: { encoding: new TextEncoder().encode('json/plain') }, data: new TextEncoder().encode(JSON.stringify(text)) })).toBe(true);
  });
});
