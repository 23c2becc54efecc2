import { describe, expect, it } from '@jest/globals';
import { fillTemplate } from './fill-template.js';

describe('fillTemplate', () => {
  it('replaces names in texts at any depth, and nothing else', () => {
    const filled = fillTemplate({ question: 'What does {{document}} say of {{other}}?', n: 3, list: ['{{documentId}}', null] }, { document: 'a.pdf', documentId: '7' });
    expect(filled).toEqual({ question: 'What does a.pdf say of {{other}}?', n: 3, list: ['7', null] });
  });
});
