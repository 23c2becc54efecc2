import type { ToolCallRequest } from '#contracts';
import { readGemmaObject } from './gemma-values.js';

/** What a text holds of tool calls. `broken`: markers of a call are there that could not be read. */
export type TextCalls = { calls: ToolCallRequest[]; rest: string; broken: boolean };

/** A form in which models write calls into their text; `open` is a marker that stands for nothing else. */
const BLOCKS: { open: RegExp; read(body: string): ToolCallRequest[] | null }[] = [
  { open: /<\|tool_call>([\s\S]*?)(?:<tool_call\|>|$)/g, read: gemmaCalls },
  { open: /<start_function_call>([\s\S]*?)(?:<end_function_call>|$)/g, read: gemmaCalls },
  { open: /<tool_call>([\s\S]*?)(?:<\/tool_call>|$)/g, read: jsonCalls },
  { open: /\[TOOL_CALLS\]([\s\S]*)$/g, read: jsonCalls },
  { open: /```(?:tool_call|tool_code|tool)\s*\n([\s\S]*?)(?:```|$)/g, read: (body) => jsonCalls(body) ?? pythonCalls(body) },
];
/** Text that may be a call, and is one only where it names a tool that was offered. */
const PLAIN = [/```(?:json)?\s*\n([\s\S]*?)```/g, /^\s*([{[][\s\S]*[}\]])\s*$/g];
const CHANNEL = /<\|channel>thought\n?([\s\S]*?)<channel\|>/g;

/**
 * Finds the tool calls that a model wrote into its text, in the forms that Gemma 4, FunctionGemma, Gemma 3, Hermes and
 * Mistral models use. Calls of tools that were not offered are left in the text where only their form suggests a call.
 */
export function readTextCalls(text: string, tools: readonly string[]): TextCalls {
  const calls: ToolCallRequest[] = [];
  let rest = text.replace(CHANNEL, '');
  let broken = false;
  for (const { open, read } of BLOCKS) {
    rest = rest.replace(open, (_, body: string) => {
      const found = read(body);
      if (found) calls.push(...found);
      else broken = true;
      return '';
    });
  }
  if (calls.length === 0 && !broken) {
    for (const form of PLAIN) {
      rest = rest.replace(form, (whole, body: string) => {
        const found = jsonCalls(body);
        if (!found?.length || !found.every(({ name }) => tools.includes(name))) return whole;
        calls.push(...found);
        return '';
      });
    }
  }
  return { calls, rest: rest.trim(), broken: broken && calls.length === 0 };
}

function gemmaCalls(body: string): ToolCallRequest[] | null {
  const calls: ToolCallRequest[] = [];
  const call = /\s*,?\s*call:\s*([\w.-]+)\s*(?=\{)/y;
  for (let at = 0; at < body.trimEnd().length; ) {
    call.lastIndex = at;
    const found = call.exec(body);
    const args = found && readGemmaObject(body, call.lastIndex);
    if (!args) return null;
    calls.push({ name: found[1]!, args: args.value });
    at = args.end;
  }
  return calls.length ? calls : null;
}

function jsonCalls(body: string): ToolCallRequest[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.trim());
  } catch {
    return null;
  }
  const calls = [parsed].flat().map(jsonCall);
  return calls.length > 0 && calls.every((c) => c !== null) ? calls : null;
}

function jsonCall(value: unknown): ToolCallRequest | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, function: fn, arguments: args, parameters, args: short } = value as Record<string, unknown>;
  if (typeof fn === 'object' && fn !== null) return jsonCall(fn);
  const called = typeof name === 'string' ? name : fn;
  const given = args ?? parameters ?? short ?? {};
  const object = typeof given === 'string' ? parseObject(given) : given;
  if (typeof called !== 'string' || typeof object !== 'object' || object === null || Array.isArray(object)) return null;
  return { name: called, args: object as Record<string, unknown> };
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `name(key="value", n=3)`, as Gemma 3 was shown in Google's own examples. */
function pythonCalls(body: string): ToolCallRequest[] | null {
  const calls = body.trim().split('\n').map((line) => /^(?:print\()?([A-Za-z_]\w*)\((.*?)\)\)?$/.exec(line.trim()));
  if (!calls.every((c) => c !== null)) return null;
  const read = calls.map(([, name, args]) => ({ name: name!, args: readGemmaObject(`{${args!.replace(/(\w+)\s*=\s*/g, '$1:').replaceAll("'", '"')}}`, 0)?.value }));
  return read.every((c) => c.args !== undefined) ? (read as ToolCallRequest[]) : null;
}
