import type { DriftState } from '#contracts';
import { ARGS_SKETCH } from '../digest/digest.js';
import { hash64 } from '../digest/hash.js';
import { overlap } from '../digest/sketch.js';
import { looks, sameCall, type History, type PlacedCall } from '../history.js';
import { clip, silent, type Signal } from './signal.js';

type Recent = NonNullable<DriftState['recent']>;
type RecentCall = { step: number; tool: string; near: number; again: boolean; error: boolean; news: boolean };

const CALLS = 10;
const MAX_TOOLS = 32;
/** Share of news from which a look at something counts as work on a new item. */
const NEWS = 0.3;
/** Likeness of arguments below which a call is about something else. */
const UNLIKE = 0.2;

/** What a rut adds up, or the weight of each. */
export type RutParts = { narrow: number; again: number; near: number; errors: number };

/** The run's last ten calls, with this step's. What is kept of each is a few numbers, so that the window need not be read again. */
export function extendRecent(history: History, gain: number, before: DriftState['recent']): Recent {
  const own = history.calls.filter(({ at }) => at === 0).reverse();
  const made = own.map((call) => recentCall(call, history, gain));
  const tools = [...new Set([...(before?.tools ?? []), ...made.map(({ tool }) => tool)])].slice(0, MAX_TOOLS);
  return { calls: [...(before?.calls ?? []), ...made.map(written)].slice(-CALLS), tools };
}

function written(call: RecentCall): string {
  const flags = Number(call.again) + 2 * Number(call.error) + 4 * Number(call.news);
  return `${call.step} ${call.tool} ${Math.round(call.near * 100)} ${flags}`;
}

function read(text: string): RecentCall {
  const [step, tool, hundredths, flags] = text.split(' ');
  const set = (flag: number): boolean => (Number(flags) & flag) !== 0;
  return { step: Number(step), tool: tool!, near: Number(hundredths) / 100, again: set(1), error: set(2), news: set(4) };
}

/**
 * Acting again after a change is no repetition, and neither is the same call that leaves another state each time. One
 * more change that is nearly an earlier one counts, and so does looking again.
 */
function recentCall(call: PlacedCall, { calls, unchanged }: History, gain: number): RecentCall {
  const same = calls.filter((then) => then.at > 0 && then.tool === call.tool && (looks(call) || (call.kind === 'mutate' && !sameCall(call, then)) || unchanged(call, then)));
  const near = Math.max(0, ...same.map((then) => (sameCall(call, then) ? 1 : overlap(call.argsSketch ?? [], then.argsSketch ?? [], ARGS_SKETCH))));
  return {
    step: call.step,
    tool: hash64(call.tool).slice(0, 6),
    near: Math.round(near * 100) / 100,
    again: same.some((then) => sameCall(call, then)),
    error: call.error === 'agent',
    news: isNews(call, near, gain),
  };
}

/** What the last ten calls of a fold's state have of each part, in [0,1]: what weights and thresholds are chosen on. */
export const rutPartsOf = (state: DriftState): RutParts => partsOf((state.recent?.calls ?? []).map(read), state.recent?.tools.length ?? 0);
export const rutValue = (parts: RutParts, weights: RutParts): number => clip(parts.narrow * weights.narrow + parts.again * weights.again + parts.near * weights.near + parts.errors * weights.errors);

/**
 * The agent goes round in a rut, in [0,1]: its last ten calls use few of the tools that it used before, resemble
 * earlier calls, repeat them, or fail. None of these is a fault by itself (a batch over many files is narrow, too),
 * so they add up; looking at something that brings news does not count as narrow.
 */
export function rut({ calls: texts, tools }: Recent, weights: RutParts): Signal {
  const calls = texts.map(read);
  const value = rutValue(partsOf(calls, tools.length), weights);
  return value === 0 ? silent('rut') : { name: 'rut', value, steps: [...new Set(calls.map(({ step }) => step))], hard: false };
}

function partsOf(calls: RecentCall[], tools: number): RutParts {
  // Whoever finds something new has left the rut.
  if (calls.at(-1)?.news) return { narrow: 0, again: 0, near: 0, errors: 0 };
  const share = (of: (call: RecentCall) => number): number => calls.reduce((sum, call) => sum + of(call), 0) / CALLS;
  return {
    narrow: narrowness(calls, tools) * (1 - share(({ news }) => Number(news))),
    again: share(({ again }) => Number(again)),
    near: share(({ near }) => near),
    errors: share(({ error }) => Number(error)),
  };
}

/** Work on a new item: a look that brings something new, or a change unlike the earlier ones. */
function isNews(call: PlacedCall, near: number, gain: number): boolean {
  if (call.error === 'agent') return false;
  if (looks(call)) return gain >= NEWS;
  return near < UNLIKE && (call.kind === 'mutate' || gain >= NEWS);
}

/** 1 less the entropy of the last ten calls' tools over the most that the tools used so far allow. 0 for fewer calls. */
function narrowness(calls: RecentCall[], tools: number): number {
  if (calls.length < CALLS || tools < 2) return 0;
  const counts = new Map<string, number>();
  for (const { tool } of calls) counts.set(tool, (counts.get(tool) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / CALLS) * Math.log2(count / CALLS);
  return clip(1 - bits / Math.log2(Math.min(Math.max(2, tools), CALLS)));
}
