import { Inject, Injectable } from '@nestjs/common';
import { WORKFLOWS } from '#contracts';
import { runStartOptions, type RunToStart } from '#platform';
import { TemporalGateway } from './temporal-gateway.js';

/** Starts and stops runs' executions. On a start the row is `queued` already; where Temporal does not answer it stays so. */
@Injectable()
export class RunStarter {
  constructor(@Inject(TemporalGateway) private readonly temporal: TemporalGateway) {}

  start(run: RunToStart): Promise<boolean> {
    return this.temporal.start(WORKFLOWS.agentRun, runStartOptions(run));
  }

  /** Starts behind the answer where Temporal is slow. */
  begin(run: RunToStart): Promise<void> {
    return this.temporal.soon(this.start(run));
  }

  /** Ends an execution whose run has ended, or is to end. */
  async stop(runId: string, how: 'cancel' | 'terminate'): Promise<void> {
    if (how === 'terminate') return this.temporal.terminate(runId);
    await Promise.all([this.temporal.wake(runId), this.temporal.cancel(runId)]);
  }
}
