import { leastTokens } from '../../tokens.js';
import { ask, codeOf, failed, passed, type Probe } from '../probe.js';

const STORY = 'Tell a story about a lighthouse.';
const ENOUGH = 24;

export const answerProbes: Probe[] = [
  {
    id: 'list',
    title: 'the model is in the list',
    async run({ runtime, model }) {
      const names = await runtime.models();
      const there = names.some((name) => name === model || name === `${model}:latest`);
      return there ? passed(`${names.length} models`) : failed(`not among ${names.length} models`, 'Fetch the model, or name one that the runtime lists.');
    },
  },
  {
    id: 'unknown_model',
    title: 'an unknown model is refused, with the nearest names',
    async run(context) {
      const error: unknown = await ask({ ...context, model: `${context.model}-nope` }, 'Hi').then(() => null, (e: unknown) => e);
      if (codeOf(error) !== 'model_missing') return failed(error ? `refused with ${codeOf(error)}` : 'answered', 'A wrong model name would go unnoticed: check the name with `holdfast models`.');
      return (error as Error).message.includes(context.model) ? passed('model_missing, with names') : failed('no names were offered', 'Look at the list of models by hand.');
    },
  },
  {
    id: 'facts',
    title: 'context length and size are told',
    capability: 'model_facts',
    async run({ facts }) {
      if (!facts.contextLength) return failed('no context length', 'Set HOLDFAST_CONTEXT_TOKENS to what the model was made for.');
      return passed(`${facts.family ?? 'unknown'} ${facts.quantization ?? ''} made for ${facts.contextLength} tokens`, { contextLength: facts.contextLength });
    },
  },
  {
    id: 'stream',
    title: 'an answer streams, and its counts are told',
    async run(context) {
      let deltas = 0;
      const result = await ask(context, STORY, { sampling: { maxTokens: ENOUGH } }, { onDelta: () => void deltas++ });
      if (result.content + result.thinking === '') return failed('the answer is empty', 'The model says nothing: check its template in the runtime.');
      if (deltas < 2) return failed('all came in one piece', 'Calls cannot be watched or stopped early: update the runtime.', { deltas });
      const numbers = { deltas, promptTokens: result.promptTokens, outputTokens: result.outputTokens };
      if (result.promptTokens < leastTokens(STORY)) return failed('the prompt’s tokens are not counted', 'A cut prompt cannot be noticed: use the runtime’s native API.', numbers);
      return passed(`${deltas} pieces, ${result.promptTokens} tokens read, ${result.outputTokens} written`, numbers);
    },
  },
  {
    id: 'max_tokens',
    title: 'the longest answer is kept to',
    capability: 'sampling',
    async run(context) {
      const result = await ask(context, STORY, { sampling: { maxTokens: 5 } });
      if (result.outputTokens > 6) return failed(`${result.outputTokens} tokens of 5`, 'Answers may run on: set a limit in the runtime.');
      return result.finish === 'length' ? passed(`${result.outputTokens} tokens, said to be cut`) : failed('cut without saying so', 'A cut answer looks finished: update the runtime.');
    },
  },
  {
    id: 'seed',
    title: 'the same seed gives the same answer, another one another',
    capability: 'seed',
    async run(context) {
      const draw = async (seed: number): Promise<string> => {
        const { content, thinking } = await ask(context, STORY, { sampling: { seed, temperature: 1, maxTokens: ENOUGH } });
        return content + thinking;
      };
      const [first, again, other] = [await draw(7), await draw(7), await draw(8)];
      if (first !== again) return failed('two answers for one seed', 'Runs cannot be repeated exactly on this runtime.');
      return first === other ? failed('one answer for two seeds', 'A second attempt would repeat the first: raise the temperature.') : passed('as asked');
    },
  },
  {
    id: 'stop',
    title: 'a stop text ends the answer and is not in it',
    capability: 'stop',
    async run(context) {
      const whole = (await ask(context, STORY, { sampling: { maxTokens: ENOUGH } })).content;
      const word = /\p{L}{3,}/u.exec(whole.slice(8))?.[0];
      if (!word) return { verdict: 'not_shown', detail: 'no word to stop at' };
      const cut = await ask(context, STORY, { stop: [word], sampling: { maxTokens: ENOUGH } });
      const kept = whole.startsWith(cut.content.trimEnd()) && !cut.content.includes(word);
      return kept ? passed('stopped where asked') : failed('went on past it', 'Text protocols rely on it: do not use this model with them.');
    },
  },
  {
    id: 'speed',
    title: 'speed of prompt and answer',
    async run(context) {
      const prompt = `${'The keeper wrote the weather into the log. '.repeat(60)}\nTell what happened next.`;
      const started = performance.now();
      let first = 0;
      const result = await ask(context, prompt, { sampling: { maxTokens: 32, seed: Math.floor(started) } }, { onDelta: () => void (first ||= performance.now()) });
      const ended = performance.now();
      const promptMs = result.timing?.promptMs || (first || ended) - started;
      const outputMs = result.timing?.outputMs || ended - (first || started);
      const read = result.promptTokens - (result.timing?.cachedTokens ?? 0);
      const numbers = { promptPerSecond: round((read / promptMs) * 1_000), outputPerSecond: round((result.outputTokens / Math.max(1, outputMs)) * 1_000), loadMs: result.timing?.loadMs ?? 0 };
      return passed(`${numbers.promptPerSecond} tokens/s read, ${numbers.outputPerSecond} written`, numbers);
    },
  },
];

const round = (n: number): number => Math.round(n * 10) / 10;
