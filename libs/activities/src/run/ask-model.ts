import { type ChatMessage, HoldfastError, type ModelCall, type ModelMoved, type ModelRole, PRIORITY_KEYS, type Route, type RoutedCall, type Sampling, type Steering } from '#contracts';
import { nudgeText } from '#drift';
import { loadJson, type NewCandidate, noteWorld, type RatioKey, type StoredMessage, type Turn, withTx } from '#store';
import type { AgentImplementation, TurnPlan } from '../agent.js';
import { chooseRoute, movedForRole } from '../models/choose-route.js';
import { type Activation, activationOf } from './activation.js';
import { drawTurn } from './best-of.js';
import type { Delivery } from './delivery.js';
import { gatherContext } from './context.js';
import type { RunDeps } from './deps.js';
import { gated, gateWords } from './gate-tools.js';
import type { Generated } from './generate.js';
import { nearLimit } from './near-limit.js';
import type { Opened } from './open-turn.js';
import { offerUndone } from './undone.js';

/** What the model said, or why it said nothing, and what it was asked with. */
export type Asked = {
  answer: { generated: Generated & { candidates?: NewCandidate[] } } | { error: unknown };
  route: Route;
  role: ModelRole | undefined;
  activation: Activation | null;
  /** People's words and others that the step took up. */
  words: StoredMessage[];
  measure: RatioKey;
  /** Tokens of the prompt, by our estimate. */
  estimated: number;
  /** Set where room must be made before the next step. */
  compact?: number;
  ms: number;
};

/** Plans the turn, chooses its runtime and asks it with the messages that fit. */
export async function askModel(deps: RunDeps, call: RoutedCall, delivery: Delivery, opened: Opened): Promise<Asked | ModelMoved> {
  const { agent, context, turn } = opened;
  const plan = gated(await withPrompt(deps, call, turn, await agent.prepareTurn(context)), call, agent.contract);
  const role = roleOf(call, plan);
  if (plan.worldVersion !== undefined) await withTx(deps.pool, call.tenantId, (tx) => noteWorld(tx, call, plan.worldVersion!));
  const route = chooseRoute(deps.gate, call, turn.model, delivery.queue, role);
  const forRole = role ? movedForRole(call, route, delivery.queue) : null;
  if (forRole) return forRole;
  requireTrusted(deps, agent, route);
  const activation = await activationOf(deps, call.tenantId, turn, route);
  const sampling = samplingOf(agent, turn, plan, call.steering);
  const extra = [...steeringWords(call.steering), ...gateWords(call, agent.contract), ...limitWords(call, turn)];
  const measure = { tenantId: call.tenantId, model: route.model, runtimeId: route.runtimeId };
  const ask = { agent, measure, plan, sampling };
  const said = [...opened.words.map((w) => w.message), ...extra];
  const undone = await offerUndone(deps, call, { ...ask, context, extra: said });
  const { messages, estimated, compact } = await gatherContext(deps, call, { ...ask, extra: [...undone.map((w) => w.message), ...said] });
  const started = Date.now();
  const answer = await drawTurn(deps, call, delivery, { route, priority: delivery.priority ?? PRIORITY_KEYS.interactive, messages, plan, sampling, activation }, { agent, context }).then((generated) => ({ generated }), (error: unknown) => ({ error }));
  return { answer, route, role, activation, words: [...opened.words, ...undone], measure, estimated, ...(compact === undefined ? {} : { compact }), ms: Date.now() - started };
}

/** A name that leads elsewhere, a fallback, a fork's other model: whatever chose the runtime, what patients said goes to listed ones only. */
function requireTrusted(deps: RunDeps, agent: AgentImplementation, route: Route): void {
  if (!agent.contract.sensitive || deps.maySeeSensitive?.(route.runtimeId) !== false) return;
  throw new HoldfastError('runtime_host_refused', `Runtime ${route.runtimeId} is neither on loopback nor in HOLDFAST_SENSITIVE_RUNTIMES, and the agent is for sensitive content.`);
}

/** After an escalation the turns of the main roles go to the larger model; what asks for sight or a judge still does. */
function roleOf(call: ModelCall, { role }: TurnPlan): ModelRole | undefined {
  return call.role && (role === undefined || role === 'main' || role === 'fast') ? call.role : role;
}

/** A fork may go with a prompt of its own. */
async function withPrompt(deps: RunDeps, call: ModelCall, turn: Turn, plan: TurnPlan): Promise<TurnPlan> {
  return turn.promptHash ? { ...plan, system: (await loadJson(deps.pool, call.tenantId, turn.promptHash)) as string } : plan;
}

/** The agent's sampling, then the run's, the turn's, and what steering asks for. A later attempt draws another seed. */
function samplingOf(agent: AgentImplementation, turn: Turn, plan: TurnPlan, steering: Steering | undefined): Sampling {
  return { ...agent.contract.sampling, ...turn.sampling, ...plan.sampling, ...(steering && !steering.holdout ? steering.sampling : {}) };
}

function limitWords(call: ModelCall, turn: Turn): ChatMessage[] {
  const seconds = turn.startedAt ? Math.floor((Date.now() - turn.startedAt.getTime()) / 1_000) : 0;
  const words = nearLimit(turn.limits, { steps: call.step - 1, tokens: turn.tokensUsed, seconds, toolCalls: turn.toolCallsUsed });
  return words ? [{ role: 'user', content: words }] : [];
}

function steeringWords(steering: Steering | undefined): ChatMessage[] {
  if (!steering || steering.holdout) return [];
  if (steering.rung !== 'nudge' && steering.rung !== 'rewind') return [];
  return [{ role: 'user', content: nudgeText(steering) }];
}
