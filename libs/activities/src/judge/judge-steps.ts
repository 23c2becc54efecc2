import { Context } from '@temporalio/activity';
import { HoldfastError, type JudgeInput } from '#contracts';
import { SlotYielded } from '#models';
import { insertJudgeVerdict, lockRun, withTx } from '#store';
import { activity } from '../edge.js';
import type { RunDeps } from '../run/deps.js';
import { askJudge } from './ask-judge.js';
import { judgeRoute } from './judge-route.js';
import { readCase } from './read-case.js';

/** Deliveries in which a step that waits for the slot goes first; afterwards the judge has its turn. */
const YIELDS = 2;

/** Judges a run's steps up to one, and keeps the verdict with what it cost. Judging a step again changes nothing. */
export async function judgeSteps(deps: RunDeps, input: JudgeInput, signal: AbortSignal, delivery: number): Promise<void> {
  const task = await withTx(deps.pool, input.tenantId, (tx) => readCase(tx, input, deps.agents));
  if (!task) return;
  const started = Date.now();
  const route = judgeRoute(deps.gate, task.model);
  const judged = await askJudge(deps, task, { tenantId: input.tenantId, route, signal, yields: delivery <= YIELDS }).catch((error: unknown) => {
    if (error instanceof SlotYielded) throw new HoldfastError('runtime_unavailable', 'A step of a run went before its judge.');
    throw error;
  });
  await withTx(deps.pool, input.tenantId, async (tx) => {
    await lockRun(tx, input);
    await insertJudgeVerdict(tx, input, { ...judged, step: input.step, fromStep: task.fromStep, runtimeId: route.runtimeId, model: route.model, ms: Date.now() - started });
  });
}

/** The judge's activity: served by the gate of the runtime that judges. */
export function createJudgeActivities(deps: RunDeps) {
  return { judgeSteps: activity((input: JudgeInput, signal) => judgeSteps(deps, input, signal, Context.current().info.attempt)) };
}
export type JudgeActivities = ReturnType<typeof createJudgeActivities>;
