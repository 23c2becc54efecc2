import { Inject, Injectable } from '@nestjs/common';
import { defineSearchAttributeKey, type Priority as TaskPriority, SearchAttributeType } from '@temporalio/common';
import { type Priority, PRIORITY_KEYS, type RunRef, workflowIds, WORKFLOWS } from '#contracts';
import { TemporalGateway } from './temporal-gateway.js';

const AGENT = defineSearchAttributeKey('HoldfastAgent', SearchAttributeType.KEYWORD);
const STATUS = defineSearchAttributeKey('HoldfastStatus', SearchAttributeType.KEYWORD);
const TENANT = defineSearchAttributeKey('HoldfastTenant', SearchAttributeType.KEYWORD);

export type RunToStart = RunRef & { agent: string; priority: Priority; startAt?: string | undefined };

/** Starts a run's execution. The row is `queued` already; where Temporal does not answer it stays so. */
@Injectable()
export class RunStarter {
  constructor(@Inject(TemporalGateway) private readonly temporal: TemporalGateway) {}

  /** For a new run: an execution that ended already is not started again, whatever a repeated request asks. */
  start(run: RunToStart): Promise<boolean> {
    return this.launch(run, 'REJECT_DUPLICATE');
  }

  /** For a run that goes on after its end: a new execution under the same workflow id. */
  startAgain(run: RunToStart): Promise<boolean> {
    return this.launch(run, 'ALLOW_DUPLICATE');
  }

  private launch(run: RunToStart, workflowIdReusePolicy: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE'): Promise<boolean> {
    const delay = run.startAt ? Date.parse(run.startAt) - Date.now() : 0;
    const priority: TaskPriority = { priorityKey: PRIORITY_KEYS[run.priority], fairnessKey: run.tenantId };
    return this.temporal.start(WORKFLOWS.agentRun, {
      workflowId: workflowIds.run(run.runId),
      args: [{ tenantId: run.tenantId, runId: run.runId }],
      workflowIdReusePolicy,
      staticSummary: run.agent,
      typedSearchAttributes: [
        { key: AGENT, value: run.agent },
        { key: STATUS, value: 'queued' },
        { key: TENANT, value: run.tenantId },
      ],
      priority,
      ...(delay > 0 ? { startDelay: delay } : {}),
    });
  }
}
