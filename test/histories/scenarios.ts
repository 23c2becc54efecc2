import { LOCAL_PRINCIPAL, type RunRef, WAKE_SIGNAL } from '#contracts';
import { decideApproval, insertInbox, listApprovals, seedRun, withTx } from '#store';
import type { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';
import { writeRun } from '../harness/start-run.js';

const play = playScenario as LoopStack['script'];
type Recording = { name: string; run(stack: LoopStack): Promise<RunRef> };

/** The runs whose histories are kept, one a path through the workflow. */
export const RECORDINGS: Recording[] = [
  {
    name: 'plain',
    async run(stack) {
      const ref = await stack.startRun({ steps: 3, calls: 2 });
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'retry',
    async run(stack) {
      let calls = 0;
      stack.script = (request, n) => (calls++ === 1 ? { content: 'x', toolCalls: [{ name: 'no_such_tool', args: {} }] } : play(request, n));
      const ref = await stack.startRun({ steps: 2 });
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'failed',
    async run(stack) {
      stack.script = () => ({ content: 'x', toolCalls: [{ name: 'no_such_tool', args: {} }] });
      const ref = await stack.startRun({ steps: 2 });
      await stack.untilStatus(ref, 'failed');
      return ref;
    },
  },
  {
    name: 'steered',
    async run(stack) {
      // The same call again and again: nudge, resample, rewind, and the stop at the ladder's end.
      stack.script = () => ({ content: 'again', toolCalls: [{ name: 'read_filler', args: { n: 1 } }] });
      const ref = await stack.startRun({ steps: 2 }, { agent: 'stubborn' });
      await stack.untilStatus(ref, 'drift_stopped');
      return ref;
    },
  },
  {
    name: 'judged',
    async run(stack) {
      const calibrated = JSON.stringify({ evidence: [], new_evidence_since_last_check: true, last_result_used: 'yes', repeated_strategy: false, label: 'calibrated', overthinking: 0, overacting: 0, confidence: 50, lesson: '' });
      stack.script = (request, n) => (request.messages[0]!.content.startsWith('You watch another agent') ? { content: calibrated } : play(request, n));
      const ref = await stack.startRun({ steps: 20, delayMs: 30 }, { drift: { judge: { fromStep: 3, suspects: 2 } } });
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'paused',
    async run(stack) {
      const ref = await stack.startRun({ steps: 4, delayMs: 80 });
      await stack.untilStep(ref, 2);
      await stack.ask(ref, 'pause');
      await stack.untilStatus(ref, 'paused');
      await stack.ask(ref, 'message', 'go on');
      await stack.ask(ref, 'resume');
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'waiting',
    async run(stack) {
      let tries = 0;
      stack.script = (request, n) => (tries++ < 2 ? { error: { status: 503, message: 'loading' } } : play(request, n));
      const ref = await stack.startRun({ steps: 2 });
      await stack.untilStatus(ref, 'waiting_runtime');
      await stack.ask(ref, 'message', 'hello');
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'cancelled',
    async run(stack) {
      const ref = await stack.startRun({ steps: 2, delayMs: 10_000 });
      await stack.untilStep(ref, 1);
      await stack.ask(ref, 'cancel');
      await stack.untilStatus(ref, 'cancelled');
      return ref;
    },
  },
  {
    name: 'approved',
    async run(stack) {
      const ref = await stack.startRun({ steps: 1 }, { agent: 'asking' });
      await stack.untilStatus(ref, 'waiting_approval');
      await withTx(stack.pool, ref.tenantId, async (tx) => {
        const [asked] = await listApprovals(tx, ref);
        await insertInbox(tx, ref, { kind: 'approval', data: { approvalId: asked!.approval_id }, principalId: LOCAL_PRINCIPAL });
        await decideApproval(tx, ref.tenantId, asked!.approval_id, { status: 'approved', decidedBy: LOCAL_PRINCIPAL });
      });
      await stack.handle(ref).signal(WAKE_SIGNAL);
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'rewound',
    async run(stack) {
      const ref = await stack.startRun({ steps: 4, delayMs: 80 });
      await stack.untilStep(ref, 2);
      await stack.ask(ref, 'pause');
      await stack.untilStatus(ref, 'paused');
      await withTx(stack.pool, ref.tenantId, (tx) => insertInbox(tx, ref, { kind: 'rewind', data: { toStep: 1 }, body: 'the other way', principalId: LOCAL_PRINCIPAL }));
      await stack.ask(ref, 'resume');
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'forked',
    async run(stack) {
      const from = await stack.startRun({ steps: 3 });
      await stack.untilStatus(from, 'completed');
      const ref = await writeRun(stack.pool, { steps: 4 });
      await withTx(stack.pool, ref.tenantId, (tx) => seedRun(tx, ref, { from, step: 2 }));
      await stack.startExecution(ref);
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'compacted',
    async run(stack) {
      const ref = await stack.startRun({ steps: 16 }, { agent: 'forgetful', bytes: 4_000 });
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
  {
    name: 'continued',
    async run(stack) {
      const ref = await stack.startRun({ steps: 12 });
      await stack.untilStatus(ref, 'completed');
      return ref;
    },
  },
];
