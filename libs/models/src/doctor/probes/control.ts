import { CutGeneration } from '../../cut-generation.js';
import { ask, failed, notShown, passed, type Probe, type ProbeContext } from '../probe.js';

/** Share of a prompt that is unread when its call is left, and of the time for it that the next call may take at the most. */
const READING_LEFT = 0.75;
const FREED_SHARE = 0.5;

/** A call that is left must not hold the runtime: the next one starts within this many milliseconds. */
const FREE_MS = 5_000;

/** Leaves a long answer after its first token and measures how long a short call then takes, in milliseconds. */
export async function measureAbort(context: ProbeContext): Promise<{ idleMs: number; afterAbortMs: number }> {
  const short = async (): Promise<number> => {
    const started = performance.now();
    await ask(context, 'Hi', { sampling: { maxTokens: 1 } });
    return performance.now() - started;
  };
  await short();
  const idleMs = await short();
  const leaving = new AbortController();
  await ask(context, 'Tell a very long story about the sea.', { sampling: { maxTokens: 1_500, temperature: 1 } }, { signal: leaving.signal, onDelta: () => leaving.abort(new CutGeneration('limit')) });
  return { idleMs: Math.round(idleMs), afterAbortMs: Math.round(await short()) };
}

const LONG_PROMPT = 'The harbour was calm and the ships lay at anchor through the night. '.repeat(160);

/** Leaves a call while its prompt is read, and measures how long a short call then takes, in milliseconds. */
export async function measureAbortWhileReading(context: ProbeContext): Promise<{ readingMs: number; afterAbortMs: number }> {
  const read = async (seed: number): Promise<number> => {
    const started = performance.now();
    await ask(context, `${seed} ${LONG_PROMPT}`, { contextTokens: context.contextTokens, sampling: { maxTokens: 1 } });
    return performance.now() - started;
  };
  const readingMs = await read(1);
  const leaving = new AbortController();
  const left = ask(context, `2 ${LONG_PROMPT}`, { contextTokens: context.contextTokens, sampling: { maxTokens: 1 } }, { signal: leaving.signal }).catch(() => null);
  setTimeout(() => leaving.abort(new Error('left')), readingMs * (1 - READING_LEFT));
  await left;
  const started = performance.now();
  await ask(context, 'Hi', { contextTokens: context.contextTokens, sampling: { maxTokens: 1 } });
  return { readingMs: Math.round(readingMs), afterAbortMs: Math.round(performance.now() - started) };
}

export const controlProbes: Probe[] = [
  {
    id: 'abort',
    title: 'a call that is left frees the runtime at once',
    capability: 'abort',
    async run(context) {
      const numbers = await measureAbort(context);
      const late = numbers.afterAbortMs - numbers.idleMs;
      const detail = `the next call took ${numbers.afterAbortMs} ms, ${numbers.idleMs} ms when idle`;
      return late <= FREE_MS ? passed(detail, numbers) : failed(detail, 'The runtime goes on computing for nobody: give it one slot and a short longest answer, or update it.', numbers);
    },
  },
  {
    id: 'abort_reading',
    title: 'a call that is left while its prompt is read frees the runtime',
    capability: 'abort',
    async run(context) {
      const numbers = await measureAbortWhileReading(context);
      const detail = `reading takes ${numbers.readingMs} ms; left after a quarter, the next call took ${numbers.afterAbortMs} ms`;
      if (numbers.readingMs < 400) return notShown(`${detail}: too quick to tell`);
      return numbers.afterAbortMs < numbers.readingMs * READING_LEFT * FREED_SHARE ? passed(detail, numbers) : failed(detail, 'The runtime reads a prompt to its end for nobody: cancelled runs hold it that long.', numbers);
    },
  },
  {
    id: 'keep_alive',
    title: 'a model stays loaded for as long as asked',
    capability: 'keep_alive',
    async run(context) {
      if (context.runtime.capabilities.keep_alive === 'by_server') return notShown('set in the server, not by request');
      await ask(context, 'Hi', { keepAliveSeconds: 1_800, sampling: { maxTokens: 1 } });
      const loaded = (await context.runtime.loaded())?.find(({ name }) => name === context.model || name === `${context.model}:latest`);
      if (!loaded?.expiresAt) return failed('the model is not among those loaded', 'Loading again with each call is slow: set the keep-alive in the runtime.');
      const minutes = Math.round((Date.parse(loaded.expiresAt) - Date.now()) / 60_000);
      return minutes >= 25 && minutes <= 35 ? passed('kept for 30 minutes, as asked') : failed(`kept for ${minutes} minutes of 30`, 'Set the keep-alive in the runtime.');
    },
  },
  {
    id: 'pull',
    title: 'a model is fetched, with progress',
    capability: 'pull',
    async run(context) {
      let reports = 0;
      const error = await context.runtime.pull(context.model, { signal: AbortSignal.any([context.signal, AbortSignal.timeout(3_000)]), onProgress: () => void reports++ }).then(() => null, (e: Error) => e);
      context.signal.throwIfAborted();
      // A model of this name may be of our own making; without a registry in reach nothing more can be said.
      return error ? notShown(`no registry had it or could be reached; ${reports} reports came`) : passed(`${reports} reports`);
    },
  },
];
