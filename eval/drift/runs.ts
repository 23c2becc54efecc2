import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { StepDigest, ToolKind } from '#contracts';
import { digestStep, hash64 } from '#drift';

export type RecordedStep = { thought: string; tool: string; args: unknown; obs: string; labels?: Record<string, unknown> };
/** A recorded run of another agent; `resolved` null where nobody knows. */
export type RecordedRun = { source: string; id: string; resolved: boolean | null; steps: RecordedStep[] };

/** Every run in the `.jsonl` and `.jsonl.gz` files of a folder whose lines have steps. */
export function readRuns(data: string | null): RecordedRun[] {
  if (data === null) return [];
  const folder = join(data, 'drift');
  const files = filesOf(folder).filter((name) => /\.jsonl(\.gz)?$/.test(name));
  return files.flatMap((name) => {
    const bytes = readFileSync(join(folder, name));
    const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n');
    return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as RecordedRun).filter(({ steps }) => Array.isArray(steps) && steps.length > 0);
  });
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const REPLY = /^(respond|think)$|^msg:/;
/** English verbs of change, wherever a tool's name has one as a word: no tool of any set is named. */
const CHANGES = /(?:^|[^a-z])(write|edit|create|insert|replace|update|modify|delete|remove|apply|patch|fix|set|add|move|rename|cancel|book|exchange|return|send|submit|upload|save)(?:[^a-z]|$)/i;
const LOOKS = /search|find|list|get_|read|extract|view/i;

/**
 * Digests of a run as Holdfast would have made them. The records have no state, so one is made up of the changes that
 * the agent made; agents that put all into one shell tool are told apart by its first word.
 */
export function digestsOf(run: RecordedRun): StepDigest[] {
  let state = 'start';
  return run.steps.map((step, i) => {
    const { name, kind } = toolOf(step);
    if (kind === 'mutate') state = hash64(name + JSON.stringify(step.args));
    const thought = /^\s*(none)?\s*$/i.test(step.thought ?? '') ? '' : step.thought;
    const call = { tool: name, kind, args: step.args, result: step.obs ?? '', error: failed(step.obs) ? ('agent' as const) : null, gain: null, exempt: REPLY.test(step.tool) };
    const calls = step.tool === 'None' ? [] : [call];
    return digestStep({
      step: i + 1, attempts: 1, calls, text: '', thinking: thought, promptTokens: 0, outputTokens: 0, thinkingTokens: Math.round(thought.length / 4), contextLimit: 0,
      malformed: false, degenerate: false, state, finished: false,
    });
  });
}

export function toolOf(step: RecordedStep): { name: string; kind: ToolKind } {
  // Words to a person or another agent are an act of these agents, and no repetition.
  if (REPLY.test(step.tool)) return { name: step.tool, kind: 'ask' };
  const command = (step.args as { command?: unknown } | null)?.command;
  const name = typeof command === 'string' ? `${step.tool}:${command.trim().split(/\s+/)[0] ?? ''}` : step.tool;
  if (CHANGES.test(step.tool) || /:(create|insert|str_replace|sed|rm|mv|cp|echo)$/.test(name)) return { name, kind: 'mutate' };
  return { name, kind: LOOKS.test(name) ? 'read' : 'exec' };
}

const failed = (result: string | undefined): boolean => /Traceback|^Error|Error:|Failure:|command not found|No such file/m.test((result ?? '').slice(0, 2_000));
