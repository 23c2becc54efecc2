import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type AgentContract, type ForkRun, HoldfastError, type RunRef, type RunView } from '#contracts';
import type { Config } from '#platform';
import { insertInbox, insertRun, isRouted, type KeptAnswer, type Notifier, type Pool, readCheckpoint, readRun, readRunRecord, seedRun, type Tx, withTx } from '#store';
import { AgentCatalogue } from '../core/agent-catalogue.js';
import type { Caller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { CONFIG, NOTIFIER, POOL } from '../core/tokens.js';
import { InvalidRequest, toIssues } from '../http/invalid-request.js';
import { RunStarter } from '../temporal/run-starter.js';
import { assertRunSteerable, forkSteering } from './run-steering.js';
import { viewRun } from './run-view.js';

/** Makes a run from a checkpoint of another: a new workflow, seeded from Postgres. */
@Injectable()
export class RunForks {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(NOTIFIER) private readonly notifier: Notifier,
    @Inject(AgentCatalogue) private readonly agents: AgentCatalogue,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
    @Inject(RunStarter) private readonly starter: RunStarter,
  ) {}

  async fork(caller: Caller, from: string, body: ForkRun, key: string | undefined): Promise<{ run: RunView; replayed: boolean }> {
    const answer = await this.writes.once({ caller, route: `POST /v1/runs/${from}/forks`, key, body }, (tx) => this.insert(tx, caller, { tenantId: caller.tenantId, runId: from }, body));
    const kept = answer.body as Omit<RunView, 'input'>;
    // The kept answer is free of content. A fork that was deleted since has no input to tell of.
    const made = await withTx(this.pool, caller.tenantId, (tx) => readRunRecord(tx, { tenantId: caller.tenantId, runId: kept.id }));
    const run: RunView = { ...kept, input: made?.input ?? null };
    this.notifier.announce(run.id, run.lastEvent);
    await this.starter.begin({ tenantId: caller.tenantId, runId: run.id, agent: run.agent, priority: run.priority, startAt: null, again: false });
    return { run, replayed: answer.replayed };
  }

  private async insert(tx: Tx, caller: Caller, from: RunRef, { fromStep, overrides, limits, tags }: ForkRun): Promise<KeptAnswer> {
    const [source, row] = [await readRunRecord(tx, from), await readRun(tx, from)];
    if (!source || !row) throw new HoldfastError('not_found', 'There is no run with this id.');
    if (!(await readCheckpoint(tx, from, fromStep))) throw new HoldfastError('not_found', `The run has no checkpoint of step ${fromStep}. GET /v1/runs/${from.runId}/checkpoints lists those it has.`);
    const agent = this.agents.get(source.agent, source.agentVersion);
    const state = overrides.state === undefined ? undefined : validState(agent, overrides.state);
    const model = overrides.model ?? ((await isRouted(tx, from)) ? undefined : (source.model ?? undefined));
    const steering = await forkSteering(tx, from, overrides.steering);
    if (steering) assertRunSteerable(this.config);
    const ref = { tenantId: caller.tenantId, runId: uuidv7() };
    await insertRun(tx, {
      ...ref,
      principalId: caller.principalId,
      agent: source.agent,
      agentVersion: source.agentVersion,
      input: source.input,
      priority: source.priority,
      tags: tags ?? source.tags,
      limits: { ...source.limits, ...limits },
      sampling: { ...row.sampling, ...overrides.sampling },
      sensitive: row.sensitive,
      // What they share was sealed with one key.
      ...(row.key_id === null ? {} : { keyId: row.key_id }),
      ...(source.corpusId ? { corpusId: source.corpusId } : {}),
      ...(model === undefined ? {} : { model }),
      ...(steering ? { steering } : {}),
      forkedFrom: { runId: from.runId, step: fromStep },
    });
    const { policy, message } = overrides.steering ?? {};
    await seedRun(tx, ref, { from, step: fromStep, state, ...(overrides.prompt === undefined ? {} : { prompt: overrides.prompt }), ...(policy ? { policy } : {}) });
    if (message !== undefined) await insertInbox(tx, ref, { kind: 'message', body: message, principalId: caller.principalId });
    const record = await readRunRecord(tx, ref);
    if (!record) throw new Error('the run that was just written is not there');
    const { input: _, ...view } = viewRun(record, this.config);
    return { status: 202, headers: {}, body: view };
  }
}

function validState(agent: AgentContract, state: unknown): unknown {
  const parsed = agent.state.safeParse(state);
  if (parsed.success) return parsed.data;
  throw new InvalidRequest(toIssues(parsed.error.issues)).under('overrides.state');
}
