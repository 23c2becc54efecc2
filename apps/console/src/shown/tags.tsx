import type { ReactNode } from 'react';
import { plain, statusWords } from './words.js';

const TONE: Record<string, string> = {
  completed: 'good', done: 'good', ok: 'good', verified: 'good', approved: 'good', passed: 'good', ready: 'good',
  failed: 'bad', timed_out: 'bad', drift_stopped: 'bad', limit_reached: 'warn', denied: 'bad', down: 'bad', degenerate: 'bad',
  waiting_approval: 'ask', waiting_input: 'ask', waiting_runtime: 'warn', paused: 'warn', cancelling: 'warn', suspect: 'warn', pending: 'ask', premature_finish: 'warn', not_shown: 'warn', expired: 'warn', harness_fault: 'warn',
  overthinking: 'thinking', overacting: 'acting', running: 'live', queued: 'calm',
};

/** A word in a box, coloured by what it means; the word says it without the colour. */
export function Tag({ value, words }: { value: string; words?: string }): ReactNode {
  return (
    <span className={`tag tag-${TONE[value] ?? 'calm'}`}>
      {value === 'running' && <span className="pulse" aria-hidden="true" />}
      {words ?? plain(value)}
    </span>
  );
}

export const StatusTag = ({ status }: { status: string }): ReactNode => <Tag value={status} words={statusWords(status)} />;
