import { type CardInput, default_learning_steps, default_relearning_steps, FSRS6_DEFAULT_DECAY, State, TypeConvert } from 'ts-fsrs';

const DAY_MS = 86_400_000;
/** Anki's days begin at four in the morning. Ours are UTC's: a server does not know where its reader sleeps. */
const DAY_BEGINS_MS = 4 * 3_600_000;
/** Ease of a card in thousandths, for who has FSRS off in Anki: its own default. */
const EASE = 2_500;

/**
 * What Anki keeps of a card, in its units: `type` and `queue` by its numbers, `due` a place among the new ones, seconds
 * since 1970 while a card is being learned, or a day of the collection; `ivl` days; `left` steps to go; `data` FSRS's memory.
 */
export type AnkiSchedule = { type: number; queue: number; due: number; ivl: number; factor: number; reps: number; lapses: number; left: number; data: string };

/** The collection's first day, in milliseconds: today, or that of the card that is overdue the longest, since Anki counts days from 0. */
export function firstDay(schedules: unknown[], now: Date): number {
  const days = schedules.map((s) => cardOf(s)).filter((c) => c.state === State.Review).map((c) => dayOf(c.due.getTime()));
  return DAY_BEGINS_MS + DAY_MS * days.reduce((least, day) => Math.min(least, day), dayOf(now.getTime()));
}

/** @param place among the new cards @param first as `firstDay` gives it */
export function ankiSchedule(schedule: unknown, place: number, first: number): AnkiSchedule {
  const card = cardOf(schedule);
  const type = card.state as number;
  const { reps, lapses } = card;
  if (card.state === State.New) return { type, queue: 0, due: place, ivl: 0, factor: 0, reps, lapses, left: 0, data: '' };
  const data = JSON.stringify({ s: rounded(card.stability), d: rounded(card.difficulty), decay: FSRS6_DEFAULT_DECAY, ...(card.last_review ? { lrt: seconds(card.last_review) } : {}) });
  const learned = { type, ivl: Math.max(1, Math.round(card.scheduled_days)), factor: EASE, reps, lapses, data };
  if (card.state === State.Review) return { ...learned, queue: 2, due: dayOf(card.due.getTime()) - dayOf(first), left: 0 };
  const steps = card.state === State.Learning ? default_learning_steps : default_relearning_steps;
  const left = Math.max(1, steps.length - card.learning_steps);
  // Anki counts the steps that fit into today in the thousands.
  return { ...learned, queue: 1, due: seconds(card.due), ...(card.state === State.Learning ? { ivl: 0, factor: 0 } : {}), left: left * 1_001 };
}

const cardOf = (schedule: unknown): ReturnType<typeof TypeConvert.card> => TypeConvert.card(schedule as CardInput);
const dayOf = (ms: number): number => Math.floor((ms - DAY_BEGINS_MS) / DAY_MS);
const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
