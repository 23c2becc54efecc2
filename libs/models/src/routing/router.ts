import { type ModelRef, type ModelRole, type Route, type RouteReason, TASK_QUEUES } from '#contracts';

/** After a failure a route is passed over for so long, where there is another. */
const PASS_OVER_MS = 30_000;

export interface Router {
  /** Where a role's call goes now: the first route that has not failed lately, else the first. */
  forRole(role: ModelRole): Route;
  /** Where a model that a run names is: `RUNTIME/MODEL`, or a model of the default runtime. */
  forModel(model: string): Route;
  /** The role's route with this queue in front; null where it has none. */
  forQueue(role: ModelRole, queue: string): Route | null;
  /** Another route of the role, after `failed` could not serve; null where there is none. */
  instead(role: ModelRole, failed: ModelRef): Route | null;
  /** Takes note of how a runtime did. */
  note(runtimeId: string, outcome: 'answered' | 'failed'): void;
  /** Models that have a queue of their own in front of a runtime. */
  modelsOf(runtimeId: string): string[];
}

export type RouterOptions = {
  /** Every role's routes, the first choice first. */
  roles: Readonly<Record<ModelRole, readonly ModelRef[]>>;
  runtimeIds: readonly string[];
  /** Serves models that are named without a runtime. */
  defaultRuntimeId: string;
  now?: () => number;
};

/** Maps roles and names to runtimes, their models and their queues. Remembers failures in this process only. */
export function createRouter({ roles, runtimeIds, defaultRuntimeId, now = Date.now }: RouterOptions): Router {
  const failedAt = new Map<string, number>();
  const modelsOf = (runtimeId: string): string[] => [...new Set(Object.entries(roles).flatMap(([role, refs]) => (role === 'embed' ? [] : refs.filter((r) => r.runtimeId === runtimeId).map(({ model }) => model))))];
  const isFailing = ({ runtimeId }: ModelRef): boolean => now() - (failedAt.get(runtimeId) ?? -Infinity) < PASS_OVER_MS;
  const to = ({ runtimeId, model }: ModelRef, reason: RouteReason): Route => ({ runtimeId, model, reason, queue: TASK_QUEUES.model(runtimeId, modelsOf(runtimeId).includes(model) ? model : undefined) });
  return {
    forRole(role) {
      const refs = roles[role];
      const chosen = refs.find((ref) => !isFailing(ref)) ?? refs[0]!;
      return to(chosen, chosen === refs[0] ? 'first_choice' : 'fallback');
    },
    forModel(name) {
      const slash = name.indexOf('/');
      const runtimeId = slash > 0 ? name.slice(0, slash) : '';
      if (runtimeIds.includes(runtimeId)) return to({ runtimeId, model: name.slice(slash + 1) }, 'asked_for');
      return to({ runtimeId: defaultRuntimeId, model: name }, 'asked_for');
    },
    forQueue(role, queue) {
      const refs = roles[role];
      const found = refs.find((ref) => to(ref, 'fallback').queue === queue);
      return found ? to(found, found === refs[0] ? 'first_choice' : 'fallback') : null;
    },
    instead(role, failed) {
      const others = roles[role].filter(({ runtimeId, model }) => runtimeId !== failed.runtimeId || model !== failed.model);
      const next = others.find((ref) => !isFailing(ref));
      return next ? to(next, 'fallback') : null;
    },
    note(runtimeId, outcome) {
      if (outcome === 'failed') failedAt.set(runtimeId, now());
      else failedAt.delete(runtimeId);
    },
    modelsOf,
  };
}
