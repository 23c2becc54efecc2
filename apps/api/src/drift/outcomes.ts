import type { RungOutcome } from '#contracts';
import type { OutcomeRow } from '#store';
import { effectOf, share } from '#drift';

/** Puts the alarms that a rung was taken on beside those that it was held back from. */
export function outcomesOf(rows: OutcomeRow[]): RungOutcome[] {
  const groups = new Map<string, OutcomeRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.agent, row.model, row.rung]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const acted = group.find(({ holdout }) => !holdout);
    const left = group.find(({ holdout }) => holdout);
    const { agent, model, rung } = group[0]!;
    const treated = share(acted?.recovered ?? 0, acted?.alarms ?? 0);
    const heldOut = share(left?.recovered ?? 0, left?.alarms ?? 0);
    return { agent, model, rung, treated, heldOut, progressWithin5: acted?.progress ?? 0, alarmAgainWithin10: acted?.again ?? 0, completed: acted?.completed ?? 0, ...effectOf(treated, heldOut) };
  });
}
