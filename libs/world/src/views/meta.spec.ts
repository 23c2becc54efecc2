import { describe, expect, it } from '@jest/globals';
import { metaCommandSchema } from '#contracts';
import { WorldState } from '../state.js';
import { answerMeta } from './meta.js';

describe('commands of players', () => {
  it.each(metaCommandSchema.options)('%s says nothing of a world that has nothing', (command) => {
    expect(answerMeta(command, { state: WorldState.empty, actorId: 'ann', about: 'bob', turns: [], events: [] })).toEqual([]);
  });
});
