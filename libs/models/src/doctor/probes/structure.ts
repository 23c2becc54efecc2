import { z } from 'zod';
import { parseStructured } from '../../structured-output.js';
import { ask, codeOf, failed, notShown, passed, type Probe, type ProbeContext, says, type Seen } from '../probe.js';

const ANSWER = z.object({ colour: z.enum(['red', 'green', 'blue']), count: z.number().int().min(0).max(9), parts: z.array(z.object({ name: z.string().max(20) })).min(1).max(2) });
const SCHEMA = z.toJSONSchema(ANSWER) as Record<string, unknown>;
const QUESTION = 'Describe a traffic light that says go, as JSON with colour, count and parts.';
const UNSCHEMED = 'Answers under this schema are extracted from text and repaired instead; expect more attempts.';

async function underSchema(context: ProbeContext, think: boolean | undefined): Promise<Seen> {
  const result = await ask(context, QUESTION, { format: SCHEMA, sampling: { maxTokens: think ? 1_500 : 200, ...(think === undefined ? {} : { think }) } });
  if (think && !result.thinking && says(context, 'thinking') !== true) return notShown('the model did not think');
  const answer = parseStructured(ANSWER, result.content);
  if (!answer.ok) return failed(result.finish === 'length' ? 'the answer did not end' : 'the answer does not satisfy the schema', UNSCHEMED);
  return isJson(result.content) ? passed('valid JSON, as the schema says') : failed('JSON with text about it: the schema is not enforced', UNSCHEMED);
}

export const structureProbes: Probe[] = [
  { id: 'schema', title: 'JSON Schema, thinking unset', capability: 'schema', run: (context) => underSchema(context, undefined) },
  { id: 'schema_think_off', title: 'JSON Schema, thinking off', capability: 'schema', run: (context) => underSchema(context, false) },
  {
    id: 'schema_think_on',
    title: 'JSON Schema, thinking on',
    capability: 'schema_while_thinking',
    run: async (context) => (says(context, 'thinking') === false ? notShown('this model does not think') : underSchema(context, true)),
  },
  {
    id: 'thinking',
    title: 'thinking comes apart from the answer',
    capability: 'thinking',
    async run(context) {
      if (says(context, 'thinking') === false) return notShown('this model does not think');
      const result = await ask(context, 'How many legs do three spiders and two cats have together?', { sampling: { think: true, maxTokens: 1_500 } }).catch((error: unknown) => codeOf(error));
      if (typeof result === 'string') return notShown(`refused with ${result}`);
      if (/<\|channel>|<think>|<unused94>thought/.test(result.content)) return failed('thinking is in the answer’s text', 'Turn thinking off for this model, or update the runtime.');
      return result.thinking ? passed('apart from the answer') : notShown('the model did not think');
    },
  },
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
