import { describe, expect, it } from '@jest/globals';
import { claimItems, pubmedItems, readResearchSets } from './items.js';

describe('sets of closed questions', () => {
  it('are told by the form of their files', () => {
    const claim = (input: string, text: string, answer: string): string => JSON.stringify({ input, gold_ctx: [{ title: 't', text }], answer });
    expect(pubmedItems(JSON.stringify({ 7: { QUESTION: 'Does it?', CONTEXTS: ['One.', 'Two.'], final_decision: 'maybe' } }))).toEqual({
      name: 'pubmedqa', choices: ['yes', 'no', 'maybe'], documents: [{ name: '7', text: 'One.\n\nTwo.' }], items: [{ id: '7', question: 'Does it?', gold: 'maybe', document: 0 }],
    });
    const set = claimItems([claim('A.', 'same abstract', 'true'), claim('B.', 'same abstract', 'false')].join('\n'))!;
    expect(set.documents).toHaveLength(1);
    expect(set.items.map((i) => [i.gold, i.document, i.question])).toEqual([['true', 0, 'Is this claim true or false? A.'], ['false', 0, 'Is this claim true or false? B.']]);
    expect(pubmedItems('{"7":{"QUESTION":"Does it?"}}')).toBeNull();
    expect(claimItems('{"input":"A."}')).toBeNull();
  });

  it('come from the fixtures where there is no data', async () => {
    const [set] = await readResearchSets(null);
    expect(set).toMatchObject({ name: 'pubmedqa' });
    expect(set!.items).toHaveLength(12);
  });
});
