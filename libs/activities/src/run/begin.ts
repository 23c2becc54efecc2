import { type DriftOverrides, type DriftPolicy, HoldfastError, isLive, type RunPlan, type Route, type RunRef, TASK_QUEUES } from '#contracts';
import { appendEvents, getJson, insertRootCheckpoint, isRouted, markRouted, pinAgent, placesOf, putContents, readCheckpoint, readOverrides, readRun, type RunRow, setRunWorld, startRun, type Tx, withTx } from '#store';
import type { AgentImplementation } from '../agent.js';
import { judgeRoute } from '../judge/judge-route.js';
import { defineAgent } from './agent-definition.js';
import type { RunDeps } from './deps.js';
import { ladderOfRun } from './ladder-of-run.js';

/** Starts the run's row, or takes it up again after a resume: pins agent version, model and runtime, and saves the root checkpoint. */
export async function beginRun(deps: RunDeps, ref: RunRef): Promise<RunPlan> {
  const { plan, lastSeq } = await withTx(deps.pool, ref.tenantId, async (tx) => {
    const head = await appendEvents(tx, ref, []);
    const row = await readRun(tx, ref);
    if (!row) throw new HoldfastError('not_found', 'The run does not exist.');
    // Cancelled before Temporal heard of it: nothing of it may begin.
    if (!isLive(row.status)) throw new HoldfastError('run_ended', 'The run has ended.');
    const agent = agentOf(deps, row);
    const routed = row.model === null || (await isRouted(tx, ref));
    if (row.model === null) await markRouted(tx, ref);
    const route = routed ? deps.gate.router.forRole('main') : deps.gate.router.forModel(await named(deps, row.model!));
    const model = routed || row.model === AUTO ? route.model : row.model!;
    if (row.head_step === 0) {
      await saveRoot(tx, ref, agent, await getJson(tx, ref.tenantId, row.input_hash));
    }
    const overrides = await readOverrides(tx, ref);
    const drift = await ladderOfRun(tx, { ...ref, model }, agent, laidOver(agent.contract.drift, overrides.drift), { routed, router: deps.gate.router });
    const startedAtMs = row.started_at?.getTime() ?? Date.now();
    let lastSeq = head.lastSeq;
    // A redelivery finds the run running: the event is there already.
    if (row.status === 'queued') {
      await pinAgent(tx, ref, defineAgent(agent));
      await startRun(tx, ref, { model, runtimeId: route.runtimeId });
      lastSeq = (await appendEvents(tx, ref, [...(row.started_at ? [] : [{ type: 'run.started' as const, data: { model, ...(drift.off && { rungsOff: drift.off }) } }]), { type: 'status.changed', data: { status: 'running' } }])).lastSeq;
    }
    return { plan: { ...planOf(agent, row, { model, route, routed, drift }, startedAtMs), ...(deps.consoleUrl ? { consoleUrl: deps.consoleUrl } : {}), ...(deps.toolQueue ? { toolQueue: deps.toolQueue } : {}), ...(drift.enabled && drift.judge ? { judgeQueue: TASK_QUEUES.judge(judgeRoute(deps.gate, model).runtimeId) } : {}) }, lastSeq };
  });
  deps.notifier.announce(ref.runId, lastSeq);
  return plan;
}

/** Of a fork from the start the checkpoint is there already, and with it a world of its own. */
async function saveRoot(tx: Tx, ref: RunRef, agent: AgentImplementation, input: unknown): Promise<void> {
  if (await readCheckpoint(tx, ref, 0)) return;
  const begun = await agent.begin?.({ tx, ...ref, input });
  if (begun) await setRunWorld(tx, ref, begun.worldId);
  const [hash] = await putContents(tx, ref.tenantId, [JSON.stringify(agent.initialState(input))]);
  await insertRootCheckpoint(tx, ref, hash!, placesOf(begun ?? {}));
}

function laidOver(policy: DriftPolicy, given: DriftOverrides | null): DriftPolicy {
  const { judge, ...rest } = given ?? {};
  const laid: DriftPolicy = { ...policy, ...rest };
  if (judge) laid.judge = judge;
  if (judge === null) delete laid.judge;
  return laid;
}

/** A run may leave the choice to the machine. */
const AUTO = 'auto';
const named = async (deps: RunDeps, model: string): Promise<string> => (model === AUTO ? deps.gate.pickAuto() : model);

function agentOf(deps: RunDeps, row: RunRow): AgentImplementation {
  const agent = deps.agents.get(row.agent);
  if (!agent) throw new HoldfastError('unknown_agent', `This worker has no agent ${row.agent}.`);
  return agent;
}

function planOf(agent: AgentImplementation, row: RunRow, { model, route, routed, drift }: { model: string; route: Route; routed: boolean; drift: DriftPolicy }, startedAtMs: number): RunPlan {
  return {
    agent: row.agent,
    agentVersion: row.agent_version,
    model,
    modelQueue: route.queue,
    ...(routed ? { routed } : {}),
    limits: row.limits,
    drift,
    maxAttempts: agent.contract.maxAttempts,
    priority: row.priority,
    startedAtMs,
    nextStep: row.next_step,
    headStep: row.head_step,
    tokensUsed: row.prompt_tokens + row.output_tokens + row.judge_tokens,
    toolCallsUsed: row.tool_calls,
    unread: row.inbox_seq - row.inbox_read,
  };
}
