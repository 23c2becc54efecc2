import { isAlarm } from '#drift';
import type { TrainingVerdict } from '#contracts';
import type { TrainingStep } from '#store';

/** Turns after a step that must be free of alarms for the step to have led on. */
const FOLLOWING = 3;

export type Selection = {
  /** Steps with messages that lead from the start to the run's head, oldest first. */
  branch: number[];
  /** Those of them whose turn is to be learned. */
  train: Set<number>;
};

/**
 * Which turns of a run are learned. What a rewind undid is not on the branch that leads to the head, and so is not
 * even shown. With `calibrated`, a turn is learned where the drift check called it `ok`, no alarm came within the three
 * turns after it, no alarm of the run (of a branch that was undone neither) rests on it, it was readable and whole, and
 * no words of the ladder stood before it, since no message records those.
 */
export function selectTurns(steps: readonly TrainingStep[], head: number, verdict: TrainingVerdict): Selection {
  const known = new Map(steps.map((s) => [s.step, s]));
  const branch: TrainingStep[] = [];
  for (let at = known.get(head); at; at = known.get(at.parent)) if (!at.compaction) branch.push(at);
  branch.reverse();
  const alarming = (s: TrainingStep): boolean => s.verdict !== null && isAlarm(s.verdict);
  const blamed = new Set(steps.filter((s) => !s.compaction && alarming(s)).flatMap((s) => [s.step, ...s.reasonSteps]));
  const ledOn = (at: number): boolean => !branch.slice(at + 1, at + 1 + FOLLOWING).some(alarming);
  const good = branch.filter((s, at) => s.verdict === 'ok' && !s.malformed && !s.steered && !blamed.has(s.step) && ledOn(at));
  return { branch: branch.map((s) => s.step), train: new Set((verdict === 'any' ? branch : good).map((s) => s.step)) };
}
