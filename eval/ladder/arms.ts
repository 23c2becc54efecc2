import type { DriftOverrides, Ladder, Remedy } from '#contracts';
import { DEFAULT_LADDER } from '#drift';

const always = (rung: Remedy): Ladder => ({ overthinking: [{ rung }], overacting: [{ rung }], degenerate: [{ rung }], harness_fault: [{ rung }] });
/** More than a short run can have: an arm of one remedy never comes to the ladder's end. */
const UNBOUNDED = 1_000;

/**
 * What is done about alarms. `none` has them and leaves all alone; `nudge` and `rewind` know one remedy; `full` is the
 * usual ladder with its usual bounds, so that it may stop a run.
 */
export const ARMS: Record<string, DriftOverrides> = {
  none: { holdout: 1 },
  nudge: { holdout: 0, ladder: always('nudge'), maxEpisodes: UNBOUNDED },
  rewind: { holdout: 0, ladder: always('rewind'), maxEpisodes: UNBOUNDED },
  full: { holdout: 0, ladder: DEFAULT_LADDER },
};
