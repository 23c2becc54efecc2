import { Inject, Injectable } from '@nestjs/common';
import { type Accepted, HoldfastError, isLive, isResumable, type Limits, type RewindRun, type RunRef, type RunStatus } from '#contracts';
import { appendAudit, changeStatus, deleteRun, endRun, insertInbox, limitsLeft, lockRun, type Notifier, pendingKinds, type Pool, readCheckpoint, readRun, reopenRun, type RunRow, setLimits, type ThreadNext, type Tx, withTx } from '#store';
import type { Caller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { NOTIFIER, POOL } from '../core/tokens.js';
import { InvalidRequest } from '../http/invalid-request.js';
import { requireOwnWorld } from './own-world.js';
import { RunStarter } from '../temporal/run-starter.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';

/** What to tell Temporal once the row is committed. */
type Follow = 'nothing' | 'wake' | 'cancel' | 'terminate' | 'start again';
type Outcome = { status: RunStatus; number: number | null; follow: Follow; /** Whose turn on the thread has come. */ next?: ThreadNext | null };

const RESTARTS_MS = [0, 300, 1_000];

/**
 * What people ask of a run. Each request is checked and committed under the run's row lock; only then is Temporal
 * told, without content, and it is no error where it does not hear: the reconciler tells it again.
 */
@Injectable()
export class RunRequests {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(NOTIFIER) private readonly notifier: Notifier,
    @Inject(RunStarter) private readonly starter: RunStarter,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
  ) {}

  cancel(caller: Caller, runId: string, mode: 'graceful' | 'terminate', reason?: string): Promise<Accepted> {
    return this.ask(caller, runId, async (tx, ref, run) => {
      requireLive(run);
      if (run.status === 'cancelling' && mode === 'graceful') return { status: run.status, number: null, follow: 'cancel' };
      const number = await insertInbox(tx, ref, { kind: 'cancel', data: { mode }, ...(reason === undefined ? {} : { body: reason }), principalId: caller.principalId });
      // Nothing of a queued run has happened or is under way: it can end here and now, without a worker.
      if (mode === 'terminate' || run.status === 'queued') {
        const ended = await endRun(tx, ref, { status: 'cancelled', reason: null });
        return { status: 'cancelled', number, follow: 'terminate', next: ended?.next ?? null };
      }
      await changeStatus(tx, ref, [run.status], 'cancelling', null);
      return { status: 'cancelling', number, follow: 'cancel' };
    });
  }

  pause(caller: Caller, runId: string, reason?: string): Promise<Accepted> {
    return this.ask(caller, runId, async (tx, ref, run) => {
      requireLive(run);
      if (run.status === 'cancelling' || (await willBePaused(tx, ref, run.status))) return { status: run.status, number: null, follow: 'nothing' };
      const number = await insertInbox(tx, ref, { kind: 'pause', ...(reason === undefined ? {} : { body: reason }), principalId: caller.principalId });
      return { status: run.status, number, follow: wakeOf(run.status) };
    });
  }

  resume(caller: Caller, runId: string, limits?: Partial<Limits>): Promise<Accepted> {
    return this.ask(caller, runId, async (tx, ref, run) => {
      if (!isLive(run.status) && !isResumable(run.status)) throw new HoldfastError('not_resumable', `The run is ${run.status}. Fork it from a checkpoint to go on from there.`);
      const merged = { ...run.limits, ...limits };
      if (isResumable(run.status)) return this.reopen(tx, ref, run, merged);
      if (run.status === 'cancelling' || (!limits && !(await willBePaused(tx, ref, run.status)))) return { status: run.status, number: null, follow: 'nothing' };
      // New limits take effect with the row: the run reads them when it applies its inbox.
      if (limits) await setLimits(tx, ref, merged);
      const number = await insertInbox(tx, ref, { kind: 'resume', principalId: caller.principalId });
      return { status: run.status, number, follow: wakeOf(run.status) };
    });
  }

  /** Takes a run back to a checkpoint; one that reached a limit or was stopped for drift goes on from there. */
  async rewind(caller: Caller, runId: string, body: RewindRun, key: string | undefined): Promise<{ accepted: Accepted; replayed: boolean }> {
    const { toStep, lesson } = body;
    const ref = { tenantId: caller.tenantId, runId };
    const answer = await this.writes.once({ caller, route: `POST /v1/runs/${runId}/rewind`, key, body }, async (tx) => {
      const run = await lockedRun(tx, ref);
      if (!isResumable(run.status)) requireLive(run);
      if (run.status === 'cancelling') throw new HoldfastError('run_ended', 'The run is being cancelled and goes nowhere any more.');
      if (!(await readCheckpoint(tx, ref, toStep))) throw new HoldfastError('not_found', `The run has no checkpoint of step ${toStep}. GET /v1/runs/${runId}/checkpoints lists those it has.`);
      await requireOwnWorld(tx, ref);
      const reopened = isResumable(run.status) ? await this.reopen(tx, ref, run, run.limits) : null;
      const number = await insertInbox(tx, ref, { kind: 'rewind', data: { toStep }, ...(lesson === undefined ? {} : { body: lesson }), principalId: caller.principalId });
      return { status: 202, headers: {}, body: { runId, status: reopened?.status ?? run.status, number } };
    });
    const accepted = answer.body as Accepted;
    this.notifier.announce(runId, 0);
    const run = await withTx(this.pool, ref.tenantId, (tx) => readRun(tx, ref));
    await this.follow(ref, accepted.status === 'queued' ? 'start again' : wakeOf(accepted.status), run);
    return { accepted, replayed: answer.replayed };
  }

  /** Deletes a run that has ended, with all that it left. */
  async remove(caller: Caller, runId: string): Promise<void> {
    const ref = { tenantId: caller.tenantId, runId };
    await withTx(this.pool, ref.tenantId, async (tx) => {
      const run = await lockedRun(tx, ref);
      if (isLive(run.status)) throw new HoldfastError('run_live', 'Cancel the run first: only a run that has ended can be deleted.');
      await tx.query(`set local lock_timeout = '5s'`);
      await deleteRun(tx, ref);
      if (run.sensitive) await appendAudit(tx, { ...ref, principalId: caller.principalId, action: 'run.deleted', subject: null });
    });
  }

  /** The wake that a committed message is followed by. */
  async messageSent(ref: RunRef, status: RunStatus): Promise<void> {
    await this.follow(ref, wakeOf(status), null);
  }

  private async reopen(tx: Tx, ref: RunRef, run: RunRow, limits: Limits): Promise<Outcome> {
    const left = limitsLeft({ ...run, limits }, Date.now());
    const used = (Object.keys(left) as (keyof Limits)[]).filter((name) => left[name] === 0);
    if (used.length) throw new InvalidRequest(used.map((name) => ({ path: `limits.${name}`, message: `${limits[name]} is used up already; give a higher one` })));
    await setLimits(tx, ref, limits);
    await reopenRun(tx, ref);
    return { status: 'queued', number: null, follow: 'start again' };
  }

  private async ask(caller: Caller, runId: string, decide: (tx: Tx, ref: RunRef, run: RunRow) => Promise<Outcome>): Promise<Accepted> {
    const ref = { tenantId: caller.tenantId, runId };
    const { run, outcome } = await withTx(this.pool, ref.tenantId, async (tx) => {
      const locked = await lockedRun(tx, ref);
      return { run: locked, outcome: await decide(tx, ref, locked) };
    });
    this.notifier.announce(runId, 0);
    await this.follow(ref, outcome.follow, run);
    if (outcome.next) await this.starter.begin({ ...outcome.next, again: false });
    return { runId, status: outcome.status, number: outcome.number };
  }

  private async follow(ref: RunRef, follow: Follow, run: RunRow | null): Promise<void> {
    if (follow === 'wake') await this.temporal.wake(ref.runId);
    if (follow === 'cancel' || follow === 'terminate') await this.starter.stop(ref.runId, follow);
    if (follow === 'start again' && run) await this.startAgain(ref, run);
  }

  /** The execution that wrote the run's end may take a moment to close; until then its id is taken. */
  private async startAgain(ref: RunRef, run: RunRow): Promise<void> {
    for (const ms of RESTARTS_MS) {
      await new Promise((go) => setTimeout(go, ms));
      if (await this.starter.start({ ...ref, agent: run.agent, priority: run.priority, again: true })) return;
    }
  }
}

/** The run under its lock. @throws HoldfastError `not_found` */
export async function lockedRun(tx: Tx, ref: RunRef): Promise<RunRow> {
  if (!(await readRun(tx, ref))) throw new HoldfastError('not_found', 'There is no run with this id.');
  await lockRun(tx, ref);
  const run = await readRun(tx, ref);
  if (!run) throw new HoldfastError('not_found', 'There is no run with this id.');
  return run;
}

/** @throws HoldfastError `run_ended` */
export function requireLive(run: RunRow): void {
  if (isLive(run.status)) return;
  const hint = isResumable(run.status) ? 'Resume it with higher limits first.' : 'Start a new run, or fork this one from a checkpoint.';
  throw new HoldfastError('run_ended', `The run is ${run.status}. ${hint}`);
}

/** Whether the run is paused once it has taken up what its inbox holds. */
async function willBePaused(tx: Tx, ref: RunRef, status: RunStatus): Promise<boolean> {
  const asked = (await pendingKinds(tx, ref)).filter((kind) => kind === 'pause' || kind === 'resume');
  return asked.length ? asked.at(-1) === 'pause' : status === 'paused';
}

/**
 * A queued run reads its inbox when it begins; a wake would only cut a start delay short. One that waits for its runtime
 * reads it with each try of its call, and would hear a wake no sooner.
 */
function wakeOf(status: RunStatus): Follow {
  return status === 'queued' || status === 'waiting_runtime' ? 'nothing' : 'wake';
}
