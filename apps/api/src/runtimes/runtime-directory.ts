import { Inject, Injectable } from '@nestjs/common';
import { type GateQueue, HoldfastError, type ModelList, type RuntimeView, TASK_QUEUES } from '#contracts';
import { createRouter, createRuntimes, fitModels, readMachine, type Router, type Runtime } from '#models';
import { type Config, countPollers } from '#platform';
import { type Pool, readSpeed, withTx } from '#store';
import { CONFIG, POOL } from '../core/tokens.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';

const ENOUGH_MS = 2_500;
/** TASK_QUEUE_TYPE_ACTIVITY of Temporal's API. */
const ACTIVITY_QUEUE = 2;
/** Tokens of a usual turn, for an estimate of the wait. */
const USUAL = { prompt: 2_000, output: 300 };
/** Seconds of a turn where no speed was measured yet. */
const USUAL_SECONDS = 15;

export type QueueDepth = { waiting: number; /** By Temporal's priority, 1 first. */ byPriority: Record<string, number>; pollers: number };

/** The configured runtimes, their models, and the queues in front of them. */
@Injectable()
export class RuntimeDirectory {
  private readonly runtimes: ReadonlyMap<string, Runtime>;
  private readonly router: Router;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
  ) {
    this.runtimes = createRuntimes(config);
    this.router = createRouter({ roles: config.roles, runtimeIds: [...this.runtimes.keys()], defaultRuntimeId: config.runtime });
  }

  /** @throws HoldfastError `not_found` */
  find(id: string): Runtime {
    const runtime = this.runtimes.get(id);
    if (!runtime) throw new HoldfastError('not_found', `There is no runtime of that id. There are: ${[...this.runtimes.keys()].join(', ')}.`);
    return runtime;
  }

  /** The queue by which a model's calls come to its runtime's gate. */
  queueOf(id: string, model: string): string {
    return TASK_QUEUES.model(id, this.router.modelsOf(id).includes(model) ? model : undefined);
  }

  /** The model that a runtime is examined with where none is named. */
  mainModel(id: string): string {
    return this.router.modelsOf(id)[0] ?? this.config.model;
  }

  list(tenantId: string): Promise<RuntimeView[]> {
    return Promise.all([...this.runtimes.values()].map((runtime) => this.view(tenantId, runtime)));
  }

  async models(): Promise<ModelList> {
    const runtime = this.find(this.config.runtime);
    const [machine, installed] = await Promise.all([readMachine(), inTime(runtime.models()).catch(() => [])]);
    return { machine, data: fitModels(machine, installed) };
  }

  async view(tenantId: string, runtime: Runtime): Promise<RuntimeView> {
    const setting = this.config.runtimes.find(({ id }) => id === runtime.id)!;
    const [version, models, loaded, queues] = await Promise.all([
      inTime(runtime.version()).catch((error: unknown) => (error instanceof HoldfastError ? error : new HoldfastError('runtime_unavailable', 'The runtime does not answer.'))),
      inTime(runtime.models()).catch(() => []),
      inTime(runtime.loaded()).catch(() => null),
      this.queues(tenantId, runtime.id, setting.slots),
    ]);
    const down = version instanceof HoldfastError;
    return { id: runtime.id, kind: runtime.kind, host: new URL(setting.url).host, state: down ? 'down' : 'ok', detail: down ? version.message : 'The runtime answers.', version: down ? null : version, slots: setting.slots, models, loaded, capabilities: runtime.capabilities, queues };
  }

  private queues(tenantId: string, runtimeId: string, slots: number): Promise<GateQueue[]> {
    return Promise.all([...this.router.modelsOf(runtimeId), null].map((model) => this.queue(tenantId, runtimeId, model, slots)));
  }

  /** Seconds after which a slot is free again, at the measured speed and for a usual turn. */
  async secondsOf(tenantId: string, runtimeId: string, model: string): Promise<number> {
    const speed = await withTx(this.pool, tenantId, (tx) => readSpeed(tx, { tenantId, runtimeId, model }));
    const turn = speed ? USUAL.prompt / speed.promptPerSecond + USUAL.output / speed.outputPerSecond : USUAL_SECONDS;
    return turn / (this.config.runtimes.find(({ id }) => id === runtimeId)?.slots ?? 1);
  }

  /** How many calls wait in a queue, and how many gates poll it; null where Temporal does not say now. */
  async depth(name: string): Promise<QueueDepth | null> {
    try {
      const answer = await this.temporal.ask((client, namespace) => client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType: ACTIVITY_QUEUE, reportStats: true }));
      const byPriority = Object.fromEntries(Object.entries(answer.statsByPriorityKey ?? {}).map(([key, stats]) => [key, Number(stats.approximateBacklogCount ?? 0)]));
      return { waiting: Number(answer.stats?.approximateBacklogCount ?? 0), byPriority, pollers: countPollers(answer.pollers) };
    } catch {
      return null;
    }
  }

  private async queue(tenantId: string, runtimeId: string, model: string | null, slots: number): Promise<GateQueue> {
    const queue = TASK_QUEUES.model(runtimeId, model ?? undefined);
    const [depth, seconds] = await Promise.all([this.depth(queue), model ? this.secondsOf(tenantId, runtimeId, model) : USUAL_SECONDS / slots]);
    return { queue, model, waiting: depth?.waiting ?? null, gates: depth?.pollers ?? 0, estimatedWaitSeconds: depth ? Math.round(depth.waiting * seconds) : null };
  }
}

async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new HoldfastError('runtime_unavailable', 'The runtime did not answer in time.')), ENOUGH_MS)));
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
