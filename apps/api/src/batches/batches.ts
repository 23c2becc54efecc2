import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type BatchItem, type BatchRef, type BatchView, type CreateBatch, HoldfastError, workflowIds, WORKFLOWS } from '#contracts';
import { insertBatch, insertItems, lockBatch, type Pool, readBatchView, requestBatchCancel, requeueFailed, type Tx, withTx } from '#store';
import { AgentCatalogue } from '../core/agent-catalogue.js';
import type { Caller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { POOL } from '../core/tokens.js';
import { requireCorpus } from '../corpora/require-corpus.js';
import { InvalidRequest, type RequestIssue, toIssues } from '../http/invalid-request.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';

const CHUNK = 500;
/** Problems that one answer names. */
const MAX_ISSUES = 20;

export type CreatedBatch = { batch: BatchView; replayed: boolean };

/** Makes batches and ends them: rows first, then Temporal. */
@Injectable()
export class Batches {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(AgentCatalogue) private readonly agents: AgentCatalogue,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
  ) {}

  async create(caller: Caller, body: CreateBatch, key: string | undefined): Promise<CreatedBatch> {
    const items = this.fit(body);
    const ref: BatchRef = { tenantId: caller.tenantId, batchId: uuidv7() };
    const answer = await this.writes.once({ caller, route: 'POST /v1/batches', key, body }, async (tx) => {
      await requireCorpus(tx, { tenantId: caller.tenantId, agent: this.agents.get(body.run.agent), corpusId: body.run.corpusId, path: 'run.corpusId' });
      await insertBatch(tx, { ...ref, principalId: caller.principalId, agent: body.run.agent, name: body.name, template: body.run, maxConcurrency: body.maxConcurrency });
      for (let from = 0; from < items.length; from += CHUNK) await insertItems(tx, ref, items.slice(from, from + CHUNK).map((item, i) => ({ n: from + i + 1, ...item })));
      return { status: 202, headers: {}, body: { id: ref.batchId } };
    });
    const made = { tenantId: caller.tenantId, batchId: (answer.body as { id: string }).id };
    const batch = await this.view(made);
    if (batch.status === 'queued') await this.start(made);
    return { batch, replayed: answer.replayed };
  }

  /** Asks a batch to end: its runs are cancelled, and what has not begun does not begin. */
  async cancel(caller: Caller, batchId: string): Promise<BatchView> {
    const ref = { tenantId: caller.tenantId, batchId };
    await withTx(this.pool, ref.tenantId, async (tx) => {
      const batch = await existing(tx, ref);
      if (!(await requestBatchCancel(tx, ref)) && batch.status !== 'cancelled') throw new HoldfastError('run_ended', 'The batch has ended.');
    });
    await this.temporal.cancelWorkflow(workflowIds.batch(batchId));
    return this.view(ref);
  }

  /** Starts the items again whose runs did not complete, each as a new run. */
  async retry(caller: Caller, batchId: string): Promise<BatchView> {
    const ref = { tenantId: caller.tenantId, batchId };
    const again = await withTx(this.pool, ref.tenantId, async (tx) => {
      const batch = await existing(tx, ref);
      if (batch.status !== 'completed' && batch.status !== 'cancelled') throw new HoldfastError('run_live', 'The batch is still under way. Retry what failed once it has ended.');
      return requeueFailed(tx, ref);
    });
    if (again > 0) await this.start(ref);
    return this.view(ref);
  }

  async view(ref: BatchRef): Promise<BatchView> {
    const batch = await withTx(this.pool, ref.tenantId, (tx) => readBatchView(tx, ref));
    if (!batch) throw new HoldfastError('not_found', 'There is no batch with this id.');
    return batch;
  }

  private start(ref: BatchRef): Promise<boolean> {
    return this.temporal.start(WORKFLOWS.batch, { workflowId: workflowIds.batch(ref.batchId), args: [ref], workflowIdReusePolicy: 'ALLOW_DUPLICATE', staticSummary: 'batch' });
  }

  /** Each item's input as the agent takes it. @throws InvalidRequest that names the items that do not fit. */
  private fit(body: CreateBatch): BatchItem[] {
    const agent = this.agents.get(body.run.agent);
    const issues: RequestIssue[] = [];
    const seen = new Map<string, number>();
    const items = body.items.map((item, i) => {
      const twin = seen.get(item.key);
      if (twin !== undefined) issues.push({ path: `items.${i}.key`, message: `is the key of item ${twin} too` });
      seen.set(item.key, i);
      const parsed = agent.input.safeParse(item.input);
      if (!parsed.success) issues.push(...toIssues(parsed.error.issues).map((issue) => ({ ...issue, path: `items.${i}.input${issue.path ? `.${issue.path}` : ''}` })));
      return { key: item.key, input: parsed.data as Record<string, unknown> };
    });
    if (issues.length) throw new InvalidRequest(issues.slice(0, MAX_ISSUES));
    // A template lies unsealed until its runs begin.
    if (agent.sensitive) throw new InvalidRequest([{ path: 'run.agent', message: `agent ${agent.name} is for sensitive content: its runs are started one by one, with POST /v1/runs` }]);
    return items;
  }
}

async function existing(tx: Tx, ref: BatchRef): Promise<NonNullable<Awaited<ReturnType<typeof lockBatch>>>> {
  const batch = await lockBatch(tx, ref);
  if (!batch) throw new HoldfastError('not_found', 'There is no batch with this id.');
  return batch;
}
