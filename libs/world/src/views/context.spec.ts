import { describe, expect, it } from '@jest/globals';
import type { WorldChangeInput } from '#contracts';
import { applyBatch, CAMPAIGN_RULES, contextFor, WorldState } from '../index.js';
import { batchOf, VILLAGE } from '../testing/village.js';

const budget = { tokens: 2_000, estimate: (text: string): number => text.length / 4 };
const fact = (id: string, text: string, attrs = {}): WorldChangeInput => ({ kind: 'created', entity: { id, type: 'fact', name: text, in: null, attrs: { text, ...attrs } } });

function contextWith(said: string, ...more: WorldChangeInput[]): string {
  const made = applyBatch(CAMPAIGN_RULES, WorldState.empty, batchOf([...VILLAGE, ...more]));
  if (!made.ok) throw new Error(JSON.stringify(made.refusals));
  return contextFor(made.state, 'hero', said, { recent: [], found: [] }, budget);
}

describe('what the agent is given of its world', () => {
  it('tells a fact as past once it holds no more, and not at all before it holds', () => {
    const asked = 'Is the northern bridge closed for repairs?';
    const bridge = 'The northern bridge is closed for repairs.';
    expect(contextWith(asked, fact('bridge', bridge, { from: 1 }))).toContain(`${bridge} Known by: nobody.`);
    expect(contextWith(asked, fact('bridge', bridge, { from: 1 }))).not.toContain('It is so no more');
    expect(contextWith(asked, fact('bridge', bridge, { from: 1, until: 2 }))).toContain(`${bridge} Known by: nobody. It is so no more.`);
    expect(contextWith(asked, fact('bridge', bridge, { from: 1_000 }))).not.toContain(bridge);
  });

  it('leaves out what does not fit, the least needed first', () => {
    const made = applyBatch(CAMPAIGN_RULES, WorldState.empty, batchOf(VILLAGE));
    if (!made.ok) throw new Error('the village does not stand');
    const recalled = { recent: [{ turnId: 't1', said: 'go', outcome: { summary: 'A long walk '.repeat(20) } } as never], found: [] };
    expect(contextFor(made.state, 'hero', 'look', recalled, budget)).toContain('A long walk');
    const tight = contextFor(made.state, 'hero', 'look', recalled, { ...budget, tokens: 80 });
    expect(tight).toContain('Place: ');
    expect(tight).not.toContain('A long walk');
  });
});
