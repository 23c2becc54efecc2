import type { CallDigest, StepDigest } from '#contracts';
import { ARGS_SKETCH, TEXT_SKETCH } from './digest/digest.js';
import { overlap } from './digest/sketch.js';

/** What lies a step further back counts this much less: people call a step a repetition of what came just before. */
const CALL_FADE = 0.85;
const TEXT_FADE = 0.95;

/** How much a step's call is like one of its ancestors' (newest first), in [0,1]; nearer ancestors weigh more. */
export function callLikeness(step: StepDigest, window: StepDigest[]): number {
  return faded(window, CALL_FADE, ({ calls }) => Math.max(0, ...calls.flatMap((then) => step.calls.map((now) => callsAlike(now, then)))));
}

/** How much a step's words are like one of its ancestors' (newest first), in [0,1]. */
export function textLikeness(step: StepDigest, window: StepDigest[]): number {
  return faded(window, TEXT_FADE, ({ text }) => overlap(step.text, text, TEXT_SKETCH));
}

function faded(window: StepDigest[], fade: number, like: (earlier: StepDigest) => number): number {
  return window.reduce((best, earlier, at) => Math.max(best, like(earlier) * fade ** at), 0);
}

function callsAlike(now: CallDigest, then: CallDigest): number {
  if (now.tool !== then.tool) return 0;
  return now.args === then.args ? 1 : overlap(now.argsSketch ?? [], then.argsSketch ?? [], ARGS_SKETCH);
}
