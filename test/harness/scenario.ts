import type { Script, ScriptedAnswer, ScriptedRequest } from '#models/scripted';

/**
 * What the scripted model does in one run. It travels as the run's model name, so that one runtime plays many runs at
 * once and plays on after it was killed: it keeps nothing, and reads from the conversation how far the run is.
 */
export type Scenario = {
  /** Steps before the model calls `done`. */
  steps: number;
  tool?: 'read_filler' | 'append_line';
  /** File that `append_line` writes to. */
  path?: string;
  /** Tool calls a step. */
  calls?: number;
  /** Milliseconds that each answer takes. */
  delayMs?: number;
  /** Words of each answer. */
  words?: number;
  /** Puts `MARKER` into what the model writes, into a tool's name and arguments, and so into what a tool fails with. */
  marked?: 1;
  /** Makes the name, and so the run, a different one. */
  key?: string;
};

/** A text that must be found nowhere but in Postgres. */
export const MARKER = 'XYZZY-patient-Doe';

const PREFIX = 'play?';

export function modelOf(scenario: Scenario): string {
  return PREFIX + new URLSearchParams(Object.fromEntries(Object.entries(scenario).map(([k, v]) => [k, String(v)]))).toString();
}

function scenarioOf(model: string): Required<Scenario> {
  if (!model.startsWith(PREFIX)) throw new Error(`no scenario in the model name ${model}`);
  const p = new URLSearchParams(model.slice(PREFIX.length));
  const number = (name: string, usual: number): number => Number(p.get(name) ?? usual);
  return {
    steps: number('steps', 3), tool: (p.get('tool') ?? 'read_filler') as 'read_filler', path: p.get('path') ?? '', calls: number('calls', 1),
    delayMs: number('delayMs', 0), words: number('words', 20), marked: number('marked', 0) as 1, key: p.get('key') ?? '',
  };
}

/** The model's script: the step is one more than the last one that the conversation shows. */
export const playScenario: Script = (request, index) => {
  const s = scenarioOf(request.model);
  const n = lastCall(request) + 1;
  if (s.marked) return markedAnswer(s, n, index);
  const content = wordsOf(n, s.words);
  if (n > s.steps) return { content, toolCalls: [{ name: 'done', args: {} }], delayMs: s.delayMs };
  const call = (c: number) => (s.tool === 'append_line' ? { name: s.tool, args: { path: s.path, line: `${n}.${c}` } } : { name: s.tool, args: { n } });
  return { content, toolCalls: Array.from({ length: s.calls }, (_, c) => call(c)), delayMs: s.delayMs };
};
export default playScenario;

function markedAnswer(s: Required<Scenario>, n: number, index: number): ScriptedAnswer {
  const content = `${MARKER} ${wordsOf(n, s.words)}`;
  const answer = { content, thinking: `${MARKER} thinks`, delayMs: s.delayMs };
  if (index % 3 === 1) return { ...answer, toolCalls: [{ name: MARKER, args: { text: MARKER } }] };
  if (n > s.steps) return { ...answer, toolCalls: [{ name: 'done', args: {} }] };
  if (n === 2) return { ...answer, toolCalls: [{ name: 'append_line', args: { path: `/nowhere/${MARKER}/file`, line: `${n}.0 ${MARKER}` } }] };
  return { ...answer, toolCalls: [{ name: 'read_filler', args: { n } }] };
}

function lastCall(request: ScriptedRequest): number {
  for (const { tool_calls: calls } of [...request.messages].reverse()) {
    const call = calls?.[0]?.function;
    const args = call?.arguments;
    if (args && call.name !== 'done') return Number(args['n'] ?? String(args['line']).split('.')[0]);
  }
  return 0;
}

/** Words that neither repeat from step to step nor within one. */
function wordsOf(step: number, count: number): string {
  return Array.from({ length: count }, (_, i) => ((step * 7_919 + i * 104_729 + 12_345) * 2_654_435_761 % 4_294_967_296).toString(36)).join(' ');
}
