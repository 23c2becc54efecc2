import type { DriftState } from '#contracts';
import type { DriftConfig } from '../config.js';
import type { History } from '../history.js';
import { toolEntropy } from './entropy.js';
import { degenerateText, errorStreak, malformedOutput } from './errors.js';
import { evidenceGain, noProgress, progressed } from './evidence.js';
import { prematureFinish } from './finish.js';
import { harnessFault, misplacedResults } from './harness.js';
import { churn, cycle, exactRepeat, nearRepeat, staleResult } from './repetition.js';
import { extendRecent, rut } from './rut.js';
import type { Signal } from './signal.js';
import { toldSignals } from './told.js';
import { monologue, thinkRatio, thoughtRedundancy } from './thought.js';

export type Signals = {
  harnessFault: Signal;
  misplacedResults: Signal;
  degenerateText: Signal;
  prematureFinish: Signal;
  exactRepeat: Signal;
  cycle: Signal;
  errorStreak: Signal;
  toolEntropy: Signal;
  rut: Signal;
  /** What the agent's own tools say. */
  told: Signal[];
  /** Every signal, those named above included, in the order that breaks ties between reasons. */
  all: Signal[];
  /** Evidence of this step alone, in [0,1]. */
  overthinking: number;
  overacting: number;
  progress: boolean;
  stepsSinceProgress: number;
  recent: NonNullable<DriftState['recent']>;
};

/** All signals of a step, and the evidence that they add up to. */
export function readSignals(history: History, before: DriftState, config: DriftConfig): Signals {
  const gain = evidenceGain(history);
  const progress = progressed(history, gain, config);
  const stepsSinceProgress = progress ? 0 : before.stepsSinceProgress + 1;
  const idle = noProgress(history, stepsSinceProgress);

  const recent = extendRecent(history, gain, before.recent);

  const named = {
    harnessFault: harnessFault(history),
    misplacedResults: misplacedResults(history),
    degenerateText: degenerateText(history),
    prematureFinish: prematureFinish(history),
    exactRepeat: exactRepeat(history, config),
    cycle: cycle(history),
    errorStreak: errorStreak(history),
    toolEntropy: toolEntropy(history, gain, config),
    rut: rut(recent, config.rutWeights),
  };
  const told = toldSignals(history);
  const restated = thoughtRedundancy(history);
  const alone = monologue(history);
  const thinking = thinkRatio(history, before.thinkingBaseline);
  const near = nearRepeat(history, config);
  const stale = staleResult(history);
  const undone = churn(history);
  const malformed = malformedOutput(history);

  const unproductive = gain < config.staleGain || history.step.calls.length === 0;
  const overthinking = Math.max(restated.value, 0.8 * alone.value, unproductive ? 0.7 * thinking.value : 0) * (1 - 0.5 * gain);
  const repeated = Math.max(named.exactRepeat.value, near.value, stale.value, named.cycle.value, 0.6 * named.errorStreak.value, 0.5 * undone.value, 0.6 * malformed.value, ...told.map(({ value }) => 0.5 * value));
  const guard = 0.4 + 0.6 * idle.value;
  return {
    ...named,
    told,
    all: [
      named.harnessFault, named.misplacedResults, named.degenerateText, ...told, named.exactRepeat, named.cycle, named.errorStreak, restated, alone, stale, near,
      named.toolEntropy, named.rut, undone, thinking, malformed, named.prematureFinish, idle,
    ],
    overthinking: overthinking * guard,
    overacting: repeated * (1 - gain) * guard,
    progress,
    stepsSinceProgress,
    recent,
  };
}
