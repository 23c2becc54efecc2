import { Inject, Injectable } from '@nestjs/common';
import { WORKFLOWS } from '#contracts';
import { runStartOptions, type RunToStart } from '#platform';
import { TemporalGateway } from './temporal-gateway.js';

/** Starts a run's execution. The row is `queued` already; where Temporal does not answer it stays so. */
@Injectable()
export class RunStarter {
  constructor(@Inject(TemporalGateway) private readonly temporal: TemporalGateway) {}

  start(run: RunToStart): Promise<boolean> {
    return this.temporal.start(WORKFLOWS.agentRun, runStartOptions(run));
  }
}
