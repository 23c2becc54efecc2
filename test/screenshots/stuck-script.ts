import type { Script } from '#models/scripted';

export const STUCK_MODEL = 'gets-stuck';
/** Goes on from where the other one got stuck, and does not. */
export const STEADY_MODEL = 'stays-steady';
const PLACES = ['the parser', 'its tests', 'the configuration', 'the cache', 'the request log', 'the retry policy', 'the fixture', 'the schema', 'the writer', 'the index', 'the queue', 'the lock file'];
/** Calls of the run, from 0, in which the model makes the same call over and over. */
const STUCK: readonly [number, number][] = [[9, 15], [22, 26]];
const LAST = 34;
const STEADY_LAST = 22;
let calls = 0;

/** A model that works, gets stuck, is helped, and gets stuck once more before it ends: what the drift plot is for. */
export const stuckScript: Script = ({ model, messages }) => {
  // The doctor examines the configured model, and is no part of the story.
  if (model !== STUCK_MODEL && model !== STEADY_MODEL) return { content: 'ok' };
  const n = model === STUCK_MODEL ? calls++ : messages.filter(({ role }) => role === 'tool').length;
  if (n >= LAST || (model === STEADY_MODEL && n >= STEADY_LAST)) return { content: 'That was all there was to see.', toolCalls: [{ name: 'done', args: {} }], delayMs: 150 };
  const stuck = model === STUCK_MODEL && STUCK.some(([from, to]) => n >= from && n <= to);
  const place = PLACES[n % PLACES.length]!;
  if (stuck) return { thinking: 'It should have been there. Perhaps I overlooked it; I had better read it once more before I go on.', content: 'I read the configuration again, to be sure.', toolCalls: [{ name: 'read_filler', args: { n: 3 } }], delayMs: 150 };
  return { thinking: `The last result speaks of ${place}; what follows from it is to be seen there.`, content: `Number ${n + 1}: I turn to ${place} and compare what it says with what I noted ${n} steps ago.`, toolCalls: [{ name: 'read_filler', args: { n: 100 + n } }], delayMs: 150 };
};
