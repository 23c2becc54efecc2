import type { Client, RunEvent, RunView } from '#client';
import { EXIT } from './exit-codes.js';
import { driftLine, Sparkline } from './drift-line.js';
import type { Output } from './output.js';

const SPIN_MS = 100;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Tells a run's progress until it is finished: a line an event, and below them, on a terminal, one line with the step,
 * the drift scores and a spinner. With --json every event is a line of JSON.
 * @returns the run as it ended
 */
export async function follow(client: Client, runId: string, out: Output, signal: AbortSignal, after?: number): Promise<RunView> {
  const drift = { overthinking: new Sparkline(), overacting: new Sparkline(), verdict: '' };
  let [step, tick, doing] = [0, 0, 'queued'];
  const show = (): void => out.status(`${SPINNER[tick++ % SPINNER.length]} step ${step}  ${driftLine(drift)}  ${doing}`);
  const timer = out.live ? setInterval(show, SPIN_MS) : undefined;
  try {
    for await (const item of client.events(runId, { signal, after, onReconnect: () => out.progress('The connection broke; going on where it was.') })) {
      if (item.kind === 'part') doing = item.part.type === 'thinking.delta' ? 'thinking' : 'writing';
      if (item.kind !== 'event') continue;
      const { event } = item;
      if (out.json) out.line(event);
      step = event.step ?? step;
      if (event.type === 'drift.report') {
        drift.overthinking.add(Number(event.data['overthinking']));
        drift.overacting.add(Number(event.data['overacting']));
        drift.verdict = String(event.data['verdict']);
      }
      const told = describe(event, out);
      if (told) out.progress(told);
      if (event.type === 'tool.called') doing = String(event.data['tool']);
    }
  } finally {
    clearInterval(timer);
    out.clear();
  }
  return client.getRun({ path: { id: runId }, signal });
}

/** One line for a person, or null for what a person need not see. */
export function describe(event: RunEvent, out: Output): string | null {
  const { data } = event;
  const where = event.step === null ? '' : out.paint('dim', `step ${event.step}  `);
  const word = (name: string): string => String(data[name] ?? '');
  switch (event.type) {
    case 'tool.called':
      return `${where}${word('tool')}`;
    case 'tool.finished':
      return data['rejected'] ? `${where}${out.paint('yellow', `refused: ${word('rejected')}`)}` : null;
    case 'step.attempt_reset':
      return `${where}${out.paint('yellow', 'trying again')}`;
    case 'drift.report':
      return data['verdict'] === 'ok' ? null : `${where}${out.paint('yellow', `drift: ${word('verdict')}`)}`;
    case 'steering.applied':
      return `${where}${out.paint('cyan', `steered: ${word('rung')}`)}`;
    case 'approval.requested':
      return `${where}${out.paint('yellow', `waits for a decision: holdfast approve ${word('approvalId')}`)}`;
    case 'artifact.created':
      return `${where}delivered: ${word('kind')}`;
    case 'status.changed':
      return `${out.paint('bold', word('status'))}${data['code'] ? ` (${word('code')})` : ''}`;
    default:
      return null;
  }
}

export const exitOf = (run: RunView): number => (run.status === 'completed' ? EXIT.done : EXIT.failed);
