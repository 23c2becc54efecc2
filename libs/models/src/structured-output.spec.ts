import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseStructured } from './structured-output.js';

const schema = z.object({ answer: z.string(), claims: z.array(z.object({ sentence: z.enum(['s1', 's2']) })).default([]) });
const value = { answer: 'a {b} "c"', claims: [] };

describe('parseStructured', () => {
  it.each([
    ['plain', JSON.stringify(value)],
    ['fenced', `Here it is:\n\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\`\nDone.`],
    ['surrounded', `Sure! ${JSON.stringify(value)} Anything else?`],
    ['after an empty fence', `\`\`\`\n\`\`\` ${JSON.stringify(value)}`],
  ])('reads %s JSON', (_name, text) => {
    expect(parseStructured(schema, text)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'empty'],
    ['I would say yes.', 'not JSON'],
    ['{"answer": "and so on', 'ends too early'],
    ['{"answer": yes}', 'not valid JSON'],
    ['{"answer": 1}', 'answer: '],
    ['{"answer": "a", "claims": [{"sentence": "s3"}]}', 'claims.0.sentence'],
  ])('says what is wrong with %j', (text, words) => {
    const result = parseStructured(schema, text);
    expect(result.ok).toBe(false);
    expect(!result.ok && result.reason).toContain(words);
    expect(!result.ok && result.reason.length).toBeLessThanOrEqual(300);
  });
});
