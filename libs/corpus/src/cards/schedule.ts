import { createEmptyCard, fsrs, type Card, type CardInput, Rating } from 'ts-fsrs';

const RATING = { again: Rating.Again, hard: Rating.Hard, good: Rating.Good, easy: Rating.Easy } as const;
const scheduler = fsrs();

/** A card that nobody has seen: due at once. */
export const newSchedule = (now: Date): Card => createEmptyCard(now);

/** The card's schedule after a review, by FSRS (https://github.com/open-spaced-repetition/ts-fsrs) at its default weights. */
export function reviewed(schedule: unknown, rating: keyof typeof RATING, now: Date): Card {
  return scheduler.next(schedule as CardInput, now, RATING[rating]).card;
}
