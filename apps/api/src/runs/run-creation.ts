import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { medicalContract } from '#agents/medical/contract';
import { validateBundle } from '#clinical';
import { type AgentContract, type CreateRun, HoldfastError, type RunRef, type RunView } from '#contracts';
import { AUDIO_FORMATS, audioFormat, transcriberMissing } from '#models';
import { type Config, createPublicHosts, type PublicHosts } from '#platform';
import { appendAudit, createRunKey, destroyRunKey, installationHash, sealedWith, insertRun, type KeptAnswer, type NewRun, type Notifier, type Pool, readRunRecord, type Tx, withTx } from '#store';
import { AgentCatalogue } from '../core/agent-catalogue.js';
import { canonicalJson } from '../core/canonical-json.js';
import type { Caller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { CONFIG, NOTIFIER, POOL } from '../core/tokens.js';
import { requireCorpus } from '../corpora/require-corpus.js';
import { InvalidRequest, toIssues } from '../http/invalid-request.js';
import { RunStarter } from '../temporal/run-starter.js';
import { enterThread, type StoppedRun } from '../threads/thread-entry.js';
import { bringWebhook } from '../webhooks/bring-webhook.js';
import { assertRunSteerable } from './run-steering.js';
import { viewRun } from './run-view.js';

export type CreatedRun = { run: RunView; replayed: boolean };

/** Makes a run: a row first, then a start that rejects duplicates. */
@Injectable()
export class RunCreation {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(NOTIFIER) private readonly notifier: Notifier,
    @Inject(AgentCatalogue) private readonly agents: AgentCatalogue,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
    @Inject(RunStarter) private readonly starter: RunStarter,
  ) {
    this.hosts = createPublicHosts(config.webhookHosts);
  }

  private readonly hosts: PublicHosts;

  async create(caller: Caller, body: CreateRun, key: string | undefined): Promise<CreatedRun> {
    const agent = this.agents.get(body.agent);
    const input = validInput(agent, body.input);
    await requireValidBundle(agent, input);
    requireAudioReadable(this.config, agent, input);
    if (body.steering) assertRunSteerable(this.config);
    if (body.onBusy && !body.threadId) throw new InvalidRequest([{ path: 'onBusy', message: 'says what becomes of other runs of a thread: give a `threadId` too' }]);
    const runId = uuidv7();
    // The key is there before the row; one whose row never came seals nothing.
    const runKey = agent.sensitive ? await createRunKey(runId) : null;
    // Two tries have two keys: what tells their bodies apart goes by the installation's.
    const bodyHash = agent.sensitive && key !== undefined ? await installationHash(canonicalJson(body)) : undefined;
    let stopped: StoppedRun[] = [];
    const write = async (tx: Tx): Promise<KeptAnswer> => {
      const made = await this.insert(tx, caller, { runId, agent, input, body });
      stopped = made.stopped;
      return made.answer;
    };
    const answer = await sealedWith(runKey, () => this.writes.once({ caller, route: 'POST /v1/runs', key, body, bodyHash }, write));
    if (runKey && (answer.body as RunView).id !== runId) await destroyRunKey(runId);
    const kept = answer.body as RunView;
    const ref: RunRef = { tenantId: caller.tenantId, runId: kept.id };
    this.notifier.announce(kept.id, kept.lastEvent);
    // A repeated request starts it too: the process that took the first may have died between row and start.
    const current = answer.replayed ? await this.current(ref) : null;
    for (const other of stopped) await this.stop(other);
    if (isDue(current ?? kept)) await this.starter.begin({ ...ref, agent: kept.agent, priority: kept.priority, startAt: body.startAt ? new Date(body.startAt) : null, again: false });
    return { run: { ...kept, input: current ? current.input : input }, replayed: answer.replayed };
  }

  /** The answer without the input, which stays in the table that holds content. */
  private async insert(tx: Tx, caller: Caller, run: { runId: string; agent: AgentContract; input: unknown; body: CreateRun }): Promise<{ answer: KeptAnswer; stopped: StoppedRun[] }> {
    const { runId, agent, input, body } = run;
    const corpus = await requireCorpus(tx, { tenantId: caller.tenantId, agent, corpusId: body.corpusId, path: 'corpusId' });
    if (agent.needsCorpus && corpus?.passages === 0) throw new HoldfastError('corpus_empty', `The corpus has no passages yet. Add documents with POST /v1/corpora/${corpus.id}/documents and wait until they are ingested.`);
    const ref = { tenantId: caller.tenantId, runId };
    const row: NewRun = {
      ...ref,
      principalId: caller.principalId,
      agent: agent.name,
      agentVersion: agent.version,
      input,
      priority: body.priority,
      tags: body.tags,
      limits: { ...agent.limits, ...body.limits },
      sampling: { ...agent.sampling, ...body.sampling },
      threadId: body.threadId,
      corpusId: body.corpusId,
      model: body.model,
      steering: body.steering,
      drift: body.drift,
      startAt: body.startAt,
      sensitive: agent.sensitive ?? false,
      ...(agent.sensitive ? { keyId: runId } : {}),
    };
    const stopped = await this.place(tx, row, body);
    if (agent.sensitive) await appendAudit(tx, { ...ref, principalId: caller.principalId, action: 'run.created', subject: null });
    if (body.webhook) await bringWebhook(tx, this.hosts, caller, body.webhook, runId);
    const record = await readRunRecord(tx, ref);
    if (!record) throw new Error('the run that was just written is not there');
    const { input: _, ...view } = viewRun(record, this.config);
    return { answer: { status: 202, headers: {}, body: view }, stopped };
  }

  /** Writes the row, on its thread where it has one. @returns the runs that were stopped for it. */
  private async place(tx: Tx, row: NewRun, { threadId, onBusy = 'reject' }: CreateRun): Promise<StoppedRun[]> {
    if (threadId) return enterThread(tx, row, { tenantId: row.tenantId, threadId, principalId: row.principalId, onBusy }, (wait) => insertRun(tx, { ...row, threadWait: wait }));
    await insertRun(tx, row);
    return [];
  }

  /** What Temporal does not hear now the reconciler tells it. */
  private async stop({ runId, how }: StoppedRun): Promise<void> {
    this.notifier.announce(runId, 0);
    await this.starter.stop(runId, how);
  }

  private async current(ref: RunRef): Promise<RunView> {
    const record = await withTx(this.pool, ref.tenantId, (tx) => readRunRecord(tx, ref));
    if (!record) throw new HoldfastError('not_found', 'The run that this key made has been deleted. Use a new key for a new run.');
    return viewRun(record, this.config);
  }
}

/** Queued, and no other run's turn on its thread. */
const isDue = (run: Pick<RunView, 'status' | 'statusReason'>): boolean => run.status === 'queued' && run.statusReason?.code !== 'thread_busy';

function validInput(agent: AgentContract, input: unknown): unknown {
  const parsed = agent.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidRequest(toIssues(parsed.error.issues)).under('input');
}

/** What a schema cannot say: FHIR is checked against HL7's definitions, and what is wrong is named by its path. */
async function requireValidBundle(agent: AgentContract, input: unknown): Promise<void> {
  const { bundle } = input as { bundle?: unknown };
  if (agent.name !== medicalContract.name || bundle === undefined) return;
  const issues = await validateBundle(bundle);
  if (issues.length > 0) throw new InvalidRequest(issues.map(({ path, message }) => ({ path: path.replace(/^Bundle/, 'input.bundle'), message })));
}

/** Recordings need somebody who listens. */
function requireAudioReadable(config: Config, agent: AgentContract, input: unknown): void {
  const { audio } = input as { audio?: { base64: string } };
  if (agent.name !== medicalContract.name || audio === undefined) return;
  const missing = transcriberMissing(config);
  if (missing) throw new InvalidRequest([{ path: 'input.audio', message: missing }]);
  if (!audioFormat(Buffer.from(audio.base64.slice(0, 64), 'base64'))) throw new InvalidRequest([{ path: 'input.audio.base64', message: `is none of ${AUDIO_FORMATS.join(', ')} by its first bytes` }]);
}
