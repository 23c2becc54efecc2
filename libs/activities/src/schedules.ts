import { type FireSchedule, isLive, type PlacedFire, type RunRef } from '#contracts';
import { type Fire, insertBatch, insertFire, insertItems, lastBatchFire, listDocumentsSince, lockBatch, type Notifier, type Pool, readFire, readRun, readSchedule, type ScheduleRow, type Tx, withTx } from '#store';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import type { AgentImplementation } from './agent.js';
import { activity } from './edge.js';
import { fillTemplate } from './fill-template.js';
import { fitInput, placeRun } from './place-run.js';
import { placeInWorld } from './worlds/pass-time.js';

export type ScheduleDeps = { pool: Pool; notifier: Notifier; agents: ReadonlyMap<string, AgentImplementation> };

/** What a fire of a schedule does in Postgres. */
export function createScheduleActivities(deps: ScheduleDeps) {
  return {
    /** Writes the row of the run, or of the batch, that a fire starts: once for each nominal time. */
    placeFire: activity<FireSchedule, PlacedFire>(async (input) => {
      const placed = await withTx(deps.pool, input.tenantId, async (tx) => {
        const before = await readFire(tx, input, input.nominalAt);
        if (before) return again(tx, input, before);
        const schedule = await readSchedule(tx, input);
        if (!schedule) return none('deleted');
        const fire = await place(deps, tx, schedule, input);
        await insertFire(tx, input, {
          nominalAt: input.nominalAt,
          runId: fire.kind === 'run' ? fire.runId : null,
          batchId: fire.kind === 'batch' ? fire.batchId : null,
          worldVersion: fire.kind === 'world' ? fire.version : null,
          skipped: fire.kind === 'none' ? fire.reason : null,
        });
        return fire;
      });
      if (placed.kind === 'run') deps.notifier.announce(placed.runId, 1);
      return placed;
    }),
    /** Whether a run is under way still: for one that somebody else started. */
    runIsLive: activity<RunRef, boolean>(async (ref) => {
      const run = await withTx(deps.pool, ref.tenantId, (tx) => readRun(tx, ref));
      return run !== null && isLive(run.status);
    }),
  };
}
export type ScheduleActivities = ReturnType<typeof createScheduleActivities>;

async function place(deps: ScheduleDeps, tx: Tx, schedule: ScheduleRow, input: FireSchedule): Promise<PlacedFire> {
  if (schedule.kind === 'world') return placeInWorld(tx, { tenantId: schedule.tenantId, worldId: schedule.worldId }, uuidv5(input.nominalAt, schedule.scheduleId));
  return schedule.kind === 'run' ? placeOne(deps, tx, schedule) : placeBatch(deps, tx, schedule);
}

const none = (reason: string): PlacedFire => ({ kind: 'none', reason });

/** An earlier delivery placed it: what was cancelled meanwhile is not started again. */
async function again(tx: Tx, input: FireSchedule, fire: Fire): Promise<PlacedFire> {
  if (fire.worldVersion !== null) return { kind: 'world', version: fire.worldVersion };
  if (fire.runId) {
    const run = await readRun(tx, { tenantId: input.tenantId, runId: fire.runId });
    return { kind: 'run', runId: fire.runId, agent: run?.agent ?? '', live: run !== null && isLive(run.status) };
  }
  if (!fire.batchId) return none(fire.skipped ?? 'nothing to do');
  const batch = await lockBatch(tx, { tenantId: input.tenantId, batchId: fire.batchId });
  return { kind: 'batch', batchId: fire.batchId, live: batch !== null && !batch.cancelled && (batch.status === 'queued' || batch.status === 'running') };
}

type RunSchedule = Exclude<ScheduleRow, { kind: 'world' }>;

async function placeOne(deps: ScheduleDeps, tx: Tx, s: RunSchedule): Promise<PlacedFire> {
  const { contract, input } = fitInput(deps.agents, s.agent, s.template.input);
  const runId = uuidv7();
  await placeRun(tx, contract, s.template, { tenantId: s.tenantId, runId, principalId: s.principalId, input, priority: 'scheduled', scheduleId: s.scheduleId });
  return { kind: 'run', runId, agent: s.agent, live: true };
}

/** An item for each document that came into the corpus since the schedule last looked. */
async function placeBatch(deps: ScheduleDeps, tx: Tx, s: RunSchedule): Promise<PlacedFire> {
  const corpusId = s.template.corpusId!;
  const documents = await listDocumentsSince(tx, { tenantId: s.tenantId, corpusId }, await lastBatchFire(tx, s), s.query);
  if (!documents.length) return none('no new documents');
  const { input: pattern, ...template } = s.template;
  const items = documents.map((d, i) => ({ n: i + 1, key: d.documentId, input: fillTemplate(pattern, { document: d.name, documentId: d.documentId }) }));
  for (const item of items) fitInput(deps.agents, s.agent, item.input);
  const ref = { tenantId: s.tenantId, batchId: uuidv7() };
  await insertBatch(tx, { ...ref, principalId: s.principalId, agent: s.agent, name: s.name, scheduleId: s.scheduleId, template, maxConcurrency: s.maxConcurrency });
  await insertItems(tx, ref, items);
  return { kind: 'batch', batchId: ref.batchId, live: true };
}
