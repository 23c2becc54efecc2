import type { ChatMessage, StepDigest } from '#contracts';
import type { LoggedCall, LoggedStep } from './log.js';
import { rollingState } from './log.js';

export type JudgeCase = {
  /** What the run is to do, in words. */
  goal: string;
  /** The last steps, oldest first. */
  log: readonly LoggedStep[];
  /** Digests of the branch, newest first. */
  digests: readonly StepDigest[];
  /** The newest change before the log, where there was one. */
  lastChange: { step: number; call: LoggedCall } | null;
};

/** Steps that a judge reads in their words. */
export const JUDGED_STEPS = 8;

/** Characters that are shown of each part; thoughts are kept short, since readers believe them too easily (R2E-Gym). */
const CLIP = { goal: 1_500, thought: 300, text: 300, args: 400, look: 160, act: 500 };

export const JUDGE_SYSTEM = [
  'You watch another agent from outside and say whether its last steps bring its work on. You do not solve the task.',
  'overthinking: it restates or plans anew what is known already. overacting: it goes on acting although the last result already answers or contradicts it, or it ignores that result.',
  'This is no drift: the same tool over different files or items; running a test again after an edit; trying again with changed arguments; waiting for something slow. premature_finish: it ends without having checked its last change. harness_fault: results are missing, cut or belong to another call.',
  'First quote from the log, word by word and at most 25 words each, what your judgement rests on, with the step it stands in. Levels go from 0 (none) to 4 (severe), confidence from 0 to 100. Where you are unsure the label is calibrated. lesson: what the log shows, at most 40 words. Answer with JSON only.',
].join('\n');

/** What a judge is asked. `scale` shortens every part, for small windows. How the run ended, or will, is not told. */
export function judgePrompt({ goal, log, digests, lastChange }: JudgeCase, scale = 1): ChatMessage[] {
  const clip = (text: string, most: number): string => clipped(text, Math.max(40, Math.floor(most * scale)));
  const callLine = (step: number, { tool, kind, args, result }: LoggedCall): string => {
    const looks = kind === 'read' || kind === 'search';
    return `[step ${step}] ${tool} ${clip(args, CLIP.args)} gave: ${looks ? clip(oneLine(result), CLIP.look) : clip(result, CLIP.act)}`;
  };
  const stepLines = ({ step, thought, text, calls }: LoggedStep): string[] => [
    ...(thought ? [`[step ${step}] thinks: ${clip(oneLine(thought), CLIP.thought)}`] : []),
    ...(text ? [`[step ${step}] says: ${clip(oneLine(text), CLIP.text)}`] : []),
    ...calls.map((call) => callLine(step, call)),
  ];
  const parts = [
    `The work: ${clip(goal, CLIP.goal)}`,
    `Counted by code:\n${rollingState(digests).map((line) => `- ${line}`).join('\n')}`,
    ...(lastChange ? [`The last change before that:\n${callLine(lastChange.step, lastChange.call)}`] : []),
    `The last steps:\n${log.flatMap(stepLines).join('\n')}`,
  ];
  return [{ role: 'system', content: JUDGE_SYSTEM }, { role: 'user', content: parts.join('\n\n') }];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
const clipped = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}…`);
