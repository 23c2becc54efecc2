import { ChildWorkflowCancellationType, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { JudgeInput, RunPlan, RunRef } from '#contracts';
import { PRIORITY_KEYS, TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts/workflow';

/**
 * Asks for verdicts without waiting for them: each is a child of its own, which goes on when the run goes on in
 * another execution, or ends. Only plans of runs with a judge name its queue, so older histories start none.
 */
export class Judges {
  readonly #starting = new Set<Promise<void>>();

  constructor(
    private readonly ref: RunRef,
    private readonly plan: RunPlan,
  ) {}

  ask(step: number): void {
    const { judgeQueue } = this.plan;
    if (judgeQueue === undefined) return;
    const input: JudgeInput = { tenantId: this.ref.tenantId, runId: this.ref.runId, step, queue: judgeQueue };
    const start = startChild(WORKFLOWS.judgeSteps, {
      workflowId: workflowIds.judge(this.ref.runId, step),
      taskQueue: TASK_QUEUES.main,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `judges up to step ${step}`,
      priority: { priorityKey: PRIORITY_KEYS.batch, fairnessKey: this.ref.tenantId },
    });
    // However it ends, and whether it starts, is no matter of the run's.
    const settled: Promise<void> = start.then(
      (child) => void child.result().catch(() => undefined),
      () => undefined,
    );
    this.#starting.add(settled);
    void settled.then(() => this.#starting.delete(settled));
  }

  /** Resolves once all that were asked for have started: what has not is lost when its parent closes. */
  async started(): Promise<void> {
    await Promise.all(this.#starting);
  }
}
