import type { ChatMessage } from '#contracts';
import { estimateTokens } from '../../tokens.js';
import { ask, codeOf, failed, notShown, passed, type Probe } from '../probe.js';

const LINE = 'The harbour was calm and the ships lay at anchor through the night. ';
const LINE_TOKENS = estimateTokens(LINE);
/** Share of the context that the needle's prompt takes by our estimate, which is above the runtime's count. */
const SHARE = 0.75;
const CUT = 'Set the context length in the runtime to at least HOLDFAST_CONTEXT_TOKENS, or lower that.';

/** Six words that stand for a code; the model goes on with what it read at the far end. */
const NEEDLE = 'amber walrus seventeen copper lantern';

export const contextProbes: Probe[] = [
  {
    id: 'needle',
    title: 'what stands at the far end of the context is read',
    capability: 'context_length',
    async run(context) {
      const filler = LINE.repeat(Math.floor((context.contextTokens * SHARE) / LINE_TOKENS));
      const messages: ChatMessage[] = [{ role: 'user', content: `The password is: ${NEEDLE}.\n${filler}\nRepeat the password. The password is:` }];
      const result = await ask(context, messages, { contextTokens: context.contextTokens, sampling: { maxTokens: 24 } });
      const numbers = { promptTokens: result.promptTokens };
      const found = NEEDLE.split(' ').filter((word) => result.content.includes(word)).length;
      if (found >= 3) return passed(`found across ${result.promptTokens} tokens`, numbers);
      return notShown(`the whole prompt was read (${result.promptTokens} tokens), and the model did not repeat what stood there`);
    },
  },
  {
    id: 'refuses_long',
    title: 'a prompt longer than the context is refused, not cut',
    capability: 'refuses_long_prompt',
    async run(context) {
      const messages: ChatMessage[] = [{ role: 'user', content: LINE.repeat(Math.ceil(1_500 / LINE_TOKENS)) }];
      const outcome = await ask(context, messages, { contextTokens: 512, sampling: { maxTokens: 8 } }).then((r) => r.promptTokens, codeOf);
      if (outcome === 'context_truncated') return passed('context_truncated');
      // Where the context is the server's, 1,500 tokens may well fit.
      if (typeof outcome === 'number' && context.runtime.capabilities.context_length === 'by_server') return notShown(`the server's own context took ${outcome} tokens`);
      return failed(typeof outcome === 'number' ? `${outcome} tokens were read without a word` : `refused with ${outcome}`, CUT);
    },
  },
  {
    id: 'cut_noticed',
    title: 'a prompt longer than any context is an error',
    async run(context) {
      const longest = context.facts.contextLength ?? Math.max(4_096, context.contextTokens);
      const over = Math.min(longest, 40_000) * 1.5;
      const messages: ChatMessage[] = [{ role: 'user', content: LINE.repeat(Math.ceil(over / LINE_TOKENS)) }];
      const outcome = await ask(context, messages, { contextTokens: Math.min(longest, 1_024), sampling: { maxTokens: 4 } }).then((r) => r.promptTokens, codeOf);
      if (outcome === 'context_truncated') return passed('context_truncated');
      if (typeof outcome === 'number' && outcome > over * 0.75) return notShown(`the server's own context took all ${outcome} tokens`);
      return failed(typeof outcome === 'number' ? `${outcome} tokens were said to be read` : `refused with ${outcome}`, CUT);
    },
  },
];
