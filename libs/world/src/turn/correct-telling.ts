import type { OutcomeView, TellingProblem } from '#contracts';
import { neverIn, sentencesIn } from './check-telling.js';

/** What happened in plain words: true by construction, since code wrote it from the events. */
export function plainTelling(outcome: OutcomeView): string {
  const dice = outcome.rolls.map((r) => `[${r.notation} for ${r.purpose}: ${r.total}]`).join(' ');
  return dice ? `${outcome.summary} ${dice}` : outcome.summary;
}

/** A telling without the sentences that are not so, after what did happen. */
export function correctTelling(text: string, problems: TellingProblem[], outcome: OutcomeView): string {
  const wrong = new Set(problems.map((p) => p.sentence));
  const kept = sentencesIn(text).filter((_, i) => !wrong.has(i)).join('').trim();
  return kept ? `${plainTelling(outcome)} ${kept}` : plainTelling(outcome);
}

/** A text without the words that no telling has: code's own sentences quote the player. */
export function leaveOut(never: readonly string[], text: string): string {
  const pattern = neverIn(never);
  return pattern ? text.replace(pattern, '…') : text;
}

/** Why a telling was refused, in words for the model. */
export function refusalOf(problems: TellingProblem[]): string {
  return problems.slice(0, 4).map(({ kind, detail }) => {
    if (kind === 'name') return `There is nobody and nothing called ${detail}.`;
    if (kind === 'holder') return `Wrong holder. ${detail}.`;
    if (kind === 'content') return `Leave out ${detail}.`;
    if (kind === 'count') return `Wrong number. ${detail}.`;
    return `${detail}.`;
  }).join(' ');
}
