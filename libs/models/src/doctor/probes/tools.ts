import type { ChatMessage, ToolSpec } from '#contracts';
import { readTextCalls } from '../../tools/text-calls.js';
import { ask, failed, notShown, passed, type Probe, type ProbeContext, says, type Seen } from '../probe.js';

const LOOK_UP: ToolSpec = { name: 'look_up', description: 'Looks up the number of a ship by its name.', parameters: { type: 'object', properties: { ship: { type: 'string', description: 'Name of the ship' } }, required: ['ship'] } };
const BOOK: ToolSpec = {
  name: 'book_berth',
  description: 'Books a berth for a ship.',
  parameters: { type: 'object', properties: { ship: { type: 'object', properties: { name: { type: 'string' }, metres: { type: 'integer' } }, required: ['name', 'metres'] } }, required: ['ship'] },
};
const NUMBER = '7319';
/** Earlier calls show the form, so that a model without training for tools has a chance too. */
const EXAMPLES: ChatMessage[] = ['Calypso', 'Fram'].flatMap((ship): ChatMessage[] => [
  { role: 'user', content: `What is the number of the ship ${ship}?` },
  { role: 'assistant', content: '', toolCalls: [{ name: 'look_up', args: { ship } }] },
]);
const QUESTION: ChatMessage = { role: 'user', content: 'What is the number of the ship Endurance?' };
const REMEDY = 'Tools go to this model by the text protocol instead; nothing else to do.';

export const toolProbes: Probe[] = [
  {
    id: 'tools_called',
    title: 'a tool is called',
    capability: 'tools',
    async run(context) {
      const result = await ask(context, context.runtime.capabilities.tools === 'prompted' ? [...EXAMPLES, QUESTION] : [QUESTION], { tools: [LOOK_UP], sampling: { maxTokens: 200 } }).catch(refused);
      if ('verdict' in result) return result;
      const leaked = leakOf(result.content);
      if (result.leakedCalls || leaked) return failed('the call came as text', REMEDY);
      const [call] = result.toolCalls;
      if (!call) return incapable(context, 'no tool was called');
      if (call.name !== 'look_up' || typeof call.args['ship'] !== 'string') return incapable(context, 'called with other arguments than declared');
      return passed(`called with its argument${result.toolCalls.length > 1 ? `, ${result.toolCalls.length} times` : ''}`);
    },
  },
  {
    id: 'tools_result',
    title: 'a tool’s result is used, and the tool not called again',
    capability: 'tools',
    async run(context) {
      const messages: ChatMessage[] = [QUESTION, { role: 'assistant', content: '', toolCalls: [{ name: 'look_up', args: { ship: 'Endurance' } }] }, { role: 'tool', toolName: 'look_up', content: `{"number": "${NUMBER}"}` }];
      const result = await ask(context, messages, { tools: [LOOK_UP], sampling: { maxTokens: 200 } }).catch(refused);
      if ('verdict' in result) return result;
      if (result.toolCalls.length > 0) return incapable(context, 'the tool was called again with its result at hand', 'The runtime drops tool results or the model ignores them: it would loop. Use another model for agents with tools.');
      return result.content.includes(NUMBER) ? passed('answered from the result') : incapable(context, 'the answer does not use the result', 'The runtime may drop tool results: use another model for agents with tools.');
    },
  },
  {
    id: 'tools_nested',
    title: 'a nested argument arrives whole',
    capability: 'tools',
    async run(context) {
      const result = await ask(context, 'Book a berth for the ship Endurance, which is 44 metres long.', { tools: [BOOK], sampling: { maxTokens: 200 } }).catch(refused);
      if ('verdict' in result) return result;
      const ship = result.toolCalls[0]?.args['ship'] as { name?: unknown; metres?: unknown } | undefined;
      if (!result.toolCalls.length) return incapable(context, 'no tool was called');
      return typeof ship?.name === 'string' && Number(ship.metres) === 44 ? passed('as declared') : incapable(context, 'the argument lost its form', 'Keep tool parameters flat, as the agents here do.');
    },
  },
];

function leakOf(content: string): boolean {
  const { calls, broken } = readTextCalls(content, ['look_up']);
  return broken || calls.length > 0;
}

/** A model that was not made for tools has not failed; one that is said to be, or that nothing is known of but that calls, has. */
function incapable(context: ProbeContext, detail: string, remedy = REMEDY): Seen {
  return says(context, 'tools') === true ? failed(detail, remedy) : notShown(`${detail} (${says(context, 'tools') === null ? 'the runtime does not say whether the model can' : 'the model was not made for tools'})`);
}

function refused(error: unknown): Seen {
  const { code, message } = error as { code?: string; message: string };
  if (code === 'validation_failed' && /tools/.test(message)) return notShown('the runtime says that the model has no tools');
  if (code === 'tool_call_leaked' || code === 'output_invalid') return failed('the call could not be read', REMEDY);
  throw error;
}
