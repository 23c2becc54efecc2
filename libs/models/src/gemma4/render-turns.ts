import type { ChatMessage, ToolCallRequest, ToolSpec } from '#contracts';

const Q = '<|"|>';
const THOUGHT = '<|channel>thought\n';

export type Gemma4Prompt = { messages: readonly ChatMessage[]; tools?: readonly ToolSpec[]; think?: boolean };

/**
 * A conversation as Gemma 4 was trained on it: system turn with tools, a thinking channel before calls, and results in
 * the model's own turn behind the call that asked for them. A result in a turn of its own makes the model ask for ever.
 * Compared with what the models' own chat_template.jinja renders (golden/turns.json). Text is written as it is: markers
 * inside it must have been taken out before.
 */
export function renderGemma4({ messages, tools = [], think = false }: Gemma4Prompt): string {
  const system = messages[0]?.role === 'system' ? messages[0] : null;
  const turns = system ? messages.slice(1) : [...messages];
  const lastUser = turns.findLastIndex(({ role }) => role === 'user');
  let prompt = '<bos>';
  if (system || tools.length > 0 || think) prompt += `<|turn>system\n${think ? '<|think|>\n' : ''}${system?.content.trim() ?? ''}${tools.map(declared).join('')}<turn|>\n`;
  let modelSpeaks = false;
  let open: 'call' | 'result' | null = null;
  turns.forEach((message, at) => {
    if (message.role === 'tool') return;
    const isModel = message.role === 'assistant';
    if (!(isModel && modelSpeaks)) prompt += `<|turn>${isModel ? 'model' : message.role}\n`;
    const calls = message.toolCalls ?? [];
    const results = calls.length > 0 ? resultsAfter(turns, at) : [];
    if (message.thinking && calls.length > 0 && at > lastUser) prompt += `${THOUGHT}${message.thinking}\n<channel|>`;
    prompt += calls.map(called).join('') + results.map((r, i) => answered(r.toolName ?? calls[i]?.name ?? 'unknown', r.content)).join('');
    prompt += isModel ? withoutThought(message.content).trim() : message.content.trim();
    open = calls.length > 0 ? (results.length > 0 ? 'result' : 'call') : null;
    if (open === 'call') prompt += '<|tool_response>';
    else if (open === null || message.content) prompt += '<turn|>\n';
    modelSpeaks = isModel;
  });
  return open ? prompt : `${prompt}<|turn>model\n${think ? '' : `${THOUGHT}<channel|>`}`;
}

function resultsAfter(turns: readonly ChatMessage[], at: number): ChatMessage[] {
  const end = turns.findIndex(({ role }, i) => i > at && role !== 'tool');
  return turns.slice(at + 1, end < 0 ? undefined : end);
}

const called = ({ name, args }: ToolCallRequest): string => `<|tool_call>call:${name}${value(args)}<tool_call|>`;
const answered = (name: string, content: string): string => `<|tool_response>response:${name}{value:${Q}${content}${Q}}<tool_response|>`;
const withoutThought = (text: string): string => text.split('<channel|>').map((part) => part.split('<|channel>')[0]).join('');

function value(of: unknown): string {
  if (typeof of === 'string') return `${Q}${of}${Q}`;
  if (Array.isArray(of)) return `[${of.map(value).join(',')}]`;
  if (typeof of === 'object' && of !== null) return `{${sorted(of).map(([key, v]) => `${key}:${value(v)}`).join(',')}}`;
  return String(of);
}

/** As Jinja's dictsort: by key, without regard to case. */
const sorted = (object: object): [string, unknown][] => Object.entries(object).sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));

type Schema = { type?: string; description?: string; enum?: unknown[]; items?: Schema; properties?: Record<string, Schema>; required?: string[]; nullable?: boolean };

function declared({ name, description, parameters }: ToolSpec): string {
  const schema = parameters as Schema;
  const parts = [schema.properties && `properties:{${properties(schema.properties)}}`, schema.required?.length && `required:${value(schema.required)}`, `type:${Q}${(schema.type ?? 'object').toUpperCase()}${Q}`];
  return `<|tool>declaration:${name}{description:${Q}${description}${Q},parameters:{${parts.filter(Boolean).join(',')}}}<tool|>`;
}

const properties = (of: Record<string, Schema>): string => sorted(of).map(([key, schema]) => `${key}:{${property(schema as Schema)}}`).join(',');

function property(schema: Schema): string {
  const { type = 'string' } = schema;
  const parts = [
    schema.description && `description:${Q}${schema.description}${Q}`,
    type === 'string' && schema.enum && `enum:${value(schema.enum)}`,
    type === 'array' && schema.items && `items:{${itemsOf(schema.items)}}`,
    schema.nullable && 'nullable:true',
    type === 'object' && `properties:{${properties(schema.properties ?? {})}}`,
    type === 'object' && schema.required?.length && `required:${value(schema.required)}`,
    `type:${Q}${type.toUpperCase()}${Q}`,
  ];
  return parts.filter(Boolean).join(',');
}

function itemsOf(items: Schema): string {
  return sorted(items)
    .map(([key, v]) => (key === 'type' ? `type:${value(String(v).toUpperCase())}` : key === 'properties' ? `properties:{${properties(v as Record<string, Schema>)}}` : `${key}:${value(v)}`))
    .join(',');
}
