import { setTimeout as sleep } from 'node:timers/promises';
import { defaultGrpcRetryOptions, Client, Connection, isGrpcServiceError, makeGrpcRetryInterceptor, WorkflowExecutionAlreadyStartedError, type WorkflowHandle, type WorkflowStartOptions } from '@temporalio/client';
import { Inject, Injectable } from '@nestjs/common';
import { HoldfastError, TASK_QUEUES, WAKE_SIGNAL, workflowIds } from '#contracts';
import { type Config, createDataConverter, describeError, type Logger, registerSearchAttributes, temporalConnection, wrongAttribute } from '#platform';
import { traceStarts } from '#platform/telemetry';
import type { Timing } from '../core/api-options.js';
import { CONFIG, LOGGER, TELEMETRY, TIMINGS } from '../core/tokens.js';
import type { Telemetry } from '../telemetry/telemetry.js';

export type StartOptions = Omit<WorkflowStartOptions, 'taskQueue' | 'args'> & { args: [object] };

/** Starts and wakes that Temporal has yet to take, behind answers that are given already. */
const MOST_UNDER_WAY = 64;

/**
 * The API's way to Temporal. Every call is bounded in time and may fail without harm: what matters is in Postgres
 * already, and the reconciler makes good what Temporal did not hear.
 */
@Injectable()
export class TemporalGateway {
  private readonly connection: Connection;
  private readonly client: Client;
  private underWay = 0;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(TIMINGS) private readonly timing: Timing,
    @Inject(TELEMETRY) { tracing }: Telemetry,
  ) {
    this.connection = Connection.lazy({
      ...temporalConnection(config),
      // A Temporal that is down is answered with "queued" at once; one that came back is found again within a second.
      interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 2 }))],
      channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1_000 },
    });
    this.client = new Client({ connection: this.connection, namespace: config.temporalNamespace, dataConverter: createDataConverter(config), ...(tracing ? { interceptors: { workflow: [traceStarts(tracing)] } } : {}) });
  }

  /** Starts a workflow whose row is committed. @returns false where Temporal does not know of it now, for whatever reason. */
  async start(workflowType: string, options: StartOptions): Promise<boolean> {
    const { workflowId } = options;
    const start = () => this.bounded(() => this.client.workflow.start(workflowType, { taskQueue: TASK_QUEUES.main, workflowIdConflictPolicy: 'FAIL', ...options }));
    try {
      await start().catch(async (error: unknown) => {
        if (!isUnknownAttribute(error)) throw error;
        await this.bounded(() => this.registerAttributes());
        await start();
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      this.logger.warn({ workflowId, error: describeError(error) }, 'Temporal did not take a start; the reconciler will');
      return false;
    }
  }

  private async registerAttributes(): Promise<void> {
    const namespace = this.config.temporalNamespace;
    const wrong = await registerSearchAttributes(this.connection, namespace);
    if (wrong) throw new Error(wrongAttribute(wrong, namespace));
  }

  /** Tells a run to look at its inbox, behind the answer where Temporal is slow. */
  wake(runId: string): Promise<void> {
    return this.soon(this.tell(runId, (handle) => handle.signal(WAKE_SIGNAL)));
  }

  /**
   * Lets an answer wait for a moment only: all of it is committed, and the reconciler makes good what Temporal does not
   * hear. Where much is under way to Temporal the answer waits for it, so that nobody asks faster than it takes.
   */
  async soon(telling: Promise<unknown>): Promise<void> {
    this.underWay++;
    const told = telling.finally(() => this.underWay--);
    await (this.underWay > MOST_UNDER_WAY ? told : Promise.race([told, sleep(this.timing.answerMs, undefined, { ref: false })]));
  }

  /** Cancels a workflow that is not a run's; the reconciler makes good what Temporal does not hear. */
  async cancelWorkflow(workflowId: string): Promise<void> {
    await this.bounded(() => this.client.workflow.getHandle(workflowId).cancel()).catch((error: unknown) => this.logger.warn({ workflowId, error: describeError(error) }, 'Temporal did not take a cancel'));
  }

  /** For what is Temporal's own to answer, such as a schedule's next times. @throws whatever Temporal says, within the time of a request. */
  ask<T>(question: (client: Client, namespace: string) => Promise<T>): Promise<T> {
    return this.bounded(() => question(this.client, this.config.temporalNamespace));
  }

  cancel(runId: string): Promise<void> {
    return this.tell(runId, (handle) => handle.cancel());
  }

  terminate(runId: string): Promise<void> {
    return this.tell(runId, (handle) => handle.terminate('terminated through the API'));
  }

  /** @throws HoldfastError `temporal_unavailable` */
  async check(): Promise<void> {
    try {
      await this.bounded(() => this.connection.workflowService.describeNamespace({ namespace: this.config.temporalNamespace }));
    } catch (cause) {
      throw new HoldfastError('temporal_unavailable', `Temporal at ${this.config.temporalAddress} does not serve namespace ${this.config.temporalNamespace}.`, { cause });
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async tell(runId: string, send: (handle: WorkflowHandle) => Promise<unknown>): Promise<void> {
    const workflowId = workflowIds.run(runId);
    try {
      await this.bounded(() => send(this.client.workflow.getHandle(workflowId)));
    } catch (error) {
      this.logger.debug({ workflowId, error: describeError(error) }, 'Temporal did not take a wake; the reconciler sends it again');
    }
  }

  private bounded<T>(call: () => Promise<T>): Promise<T> {
    return this.connection.withDeadline(Date.now() + this.timing.temporalMs, call);
  }
}

function isUnknownAttribute(error: unknown): boolean {
  for (let e: unknown = error; e instanceof Error; e = e.cause) if (isGrpcServiceError(e) && /search attribute/i.test(e.details)) return true;
  return false;
}
