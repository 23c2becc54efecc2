import { createRequire } from 'node:module';
import type { Dice } from '#contracts';
import { seededRandom } from '#platform';
import { spread } from '#world';

type Library = typeof import('@dice-roller/rpg-dice-roller');

/** The library brings all of mathjs, 100 MB of resident memory: a worker that never rolls does without. */
const library = (): Library => createRequire(import.meta.url)('@dice-roller/rpg-dice-roller') as Library;

const MAX_NOTATION = 100;
/** Numbers that one roll may draw: exploding dice that never stop are a mistake of the notation. */
const MAX_DRAWS = 1_000;

/** What the library draws from: 32 bits with a sign each time, the same on every machine. */
function source(seed: number): { next(): number } {
  const random = seededRandom(seed);
  let draws = 0;
  return {
    next: () => {
      if (++draws > MAX_DRAWS) throw new Error('a roll takes too many dice');
      return (random() * 2 ** 32) | 0;
    },
  };
}

/**
 * Dice that follow from a turn's id: whoever works the turn out again rolls the same, and each roll of a turn has a
 * seed of its own. Notation as in https://dice-roller.github.io/documentation/guide/notation/.
 */
export function diceOf(turnId: string): Dice {
  let n = 0;
  return (notation, purpose) => {
    if (notation.length > MAX_NOTATION) throw new Error('a roll is too long');
    const seed = spread(`${turnId}:${n++}`);
    // The library has one generator for the process; a roll is synchronous, so nobody else rolls in between.
    const { DiceRoll, NumberGenerator } = library();
    NumberGenerator.generator.engine = source(seed);
    const roll = new DiceRoll(notation);
    return { notation, purpose, seed, total: Math.round(roll.total), dice: numbersIn(roll.rolls) };
  };
}

/** The single dice of a roll, in order. */
function numbersIn(rolls: unknown): number[] {
  if (Array.isArray(rolls)) return rolls.flatMap(numbersIn);
  if (rolls === null || typeof rolls !== 'object') return [];
  const { rolls: inner, value } = rolls as { rolls?: unknown; value?: unknown };
  if (inner !== undefined) return numbersIn(inner);
  return typeof value === 'number' ? [Math.round(value)] : [];
}
