import { readFileSync } from 'node:fs';
import type { Script, ScriptedAnswer } from '#models/scripted';

/**
 * A model that knows the fix and works as an agent should: runs the tests, makes the changes of a patch one file at a
 * time, runs the tests again and finishes. The patch's file travels as the model's name, and how far the work is is
 * read from the conversation, so that it plays on after any part was killed.
 */
const script: Script = (request) => {
  const query = new URLSearchParams(request.model.replace(/^gold\?/, ''));
  const done = request.messages.filter((m) => m.tool_calls?.length).length;
  const plan = planOf(query.get('patch')!);
  const answer = plan[Math.min(done, plan.length - 1)]!;
  return { ...answer, delayMs: Number(query.get('delayMs') ?? 0) };
};
export default script;

export const goldModel = (patch: string, delayMs = 0): string => `gold?${new URLSearchParams({ patch, delayMs: String(delayMs) })}`;

const call = (name: string, args: Record<string, unknown>, content: string): ScriptedAnswer => ({ content, toolCalls: [{ name, args }] });

function planOf(patch: string): ScriptedAnswer[] {
  const edits = filesOf(readFileSync(patch, 'utf8')).map(({ path, hunks }) =>
    hunks.length === 1 && hunks[0]!.old === ''
      ? call('write', { path, content: hunks[0]!.new }, `The file ${path} is missing.`)
      : call('edit', { path, blocks: hunks.map((h) => `<<<<<<< SEARCH\n${h.old}\n=======\n${h.new}\n>>>>>>> REPLACE`).join('\n') }, `The fault is in ${path}; this is how it goes.`),
  );
  const read = filesOf(readFileSync(patch, 'utf8')).map(({ path }) => call('symbols', { path }, `What does ${path} define?`));
  return [call('test', {}, 'First the tests as they are.'), ...read, ...edits, call('test', {}, 'And the tests again.'), call('finish', { status: 'fixed', summary: 'Made the change that the task asks for.' }, 'Done.')];
}

type Hunk = { old: string; new: string };

/** A unified diff as texts to look for and to put in their place. */
export function filesOf(patch: string): { path: string; hunks: Hunk[] }[] {
  return patch.split(/^diff --git .*$/m).slice(1).map((part) => {
    const path = /^\+\+\+ b\/(.*)$/m.exec(part)![1]!;
    const hunks = part.split(/^@@ .*$/m).slice(1).map((body) => {
      const lines = body.split('\n').slice(1).filter((line) => /^[ +-]/.test(line) || line === '');
      // The last one is what stands after the hunk's last line end.
      if (lines.at(-1) === '') lines.pop();
      const side = (sign: string): string => lines.filter((line) => !line.startsWith(sign)).map((line) => line.slice(1)).join('\n');
      return { old: side('+'), new: side('-') };
    });
    return { path, hunks };
  });
}
