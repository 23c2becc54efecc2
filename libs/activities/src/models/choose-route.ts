import type { ModelMoved, ModelRole, Route, RoutedCall, RunRef } from '#contracts';
import { lockRun, type Pool, repinModel, withTx } from '#store';
import type { ModelGate } from './model-gate.js';

/** Gates that a call may pass before it stays where it is, so that two that disagree don't hand it to and fro. */
const MOST_MOVES = 4;
/** The role of an agent's turns that ask for no other. */
const MAIN: ModelRole = 'main';
/** The runtime gets a second try before another is asked. */
const TRIES = 2;

/** What a call says of its way here. */
type Routed = Pick<RoutedCall, 'routed' | 'moves'>;

/** Where the call goes: by the configuration, or to the model that its run names. */
export function chooseRoute({ router }: ModelGate, call: Routed, model: string, queue: string | undefined, role: ModelRole = MAIN): Route {
  if (!call.routed) return router.forModel(model);
  const chosen = router.forRole(role);
  // A call that was moved here is served here, though this process would have chosen otherwise.
  return (call.moves && queue ? router.forQueue(role, queue) : null) ?? chosen;
}

/** Set where the call came to a queue that is not its route's: another gate serves it. */
export function movedElsewhere(call: Routed, route: Route, queue: string | undefined): ModelMoved | null {
  if (!call.routed || !queue || route.queue === queue || (call.moves ?? 0) > 0) return null;
  const fallback = route.reason === 'fallback';
  return { kind: 'moved', queue: route.queue, reason: fallback ? 'fallback' : 'configuration_changed', stays: !fallback };
}

/** A turn that asks for another role than the one by whose queue it came goes there, for this step. */
export function movedForRole(call: Routed, route: Route, queue: string | undefined): ModelMoved | null {
  const moved = movedElsewhere(call, route, queue);
  return moved && { ...moved, reason: route.reason, stays: false };
}

/** Where a model is that a role names, whichever runtime that is on; else where a run that names it would go. */
export function routeOfModel({ router, runtimes }: ModelGate, model: string): Route {
  const runtimeId = [...runtimes.keys()].find((id) => router.modelsOf(id).includes(model));
  return router.forModel(runtimeId ? `${runtimeId}/${model}` : model);
}

/** Where the call goes on after its runtime failed, or null: it waits for that one. */
export function fallbackOf({ router }: ModelGate, call: Routed, route: Route, delivery: number, role: ModelRole = MAIN): ModelMoved | null {
  if (!call.routed || (delivery < TRIES && route.reason === 'first_choice') || (call.moves ?? 0) >= MOST_MOVES) return null;
  const other = router.instead(role, route);
  return other && other.queue !== route.queue ? { kind: 'moved', queue: other.queue, reason: 'fallback', stays: false } : null;
}

/** Where the configuration changed, the run's row says from now on what it goes with. */
export async function moveRun({ pool }: { pool: Pool }, call: RunRef, route: Route, moved: ModelMoved): Promise<ModelMoved> {
  if (!moved.stays) return moved;
  await withTx(pool, call.tenantId, async (tx) => {
    await lockRun(tx, call);
    await repinModel(tx, call, route);
  });
  return moved;
}
