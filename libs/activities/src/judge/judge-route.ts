import type { Route } from '#contracts';
import { routeOfModel } from '../models/choose-route.js';
import type { ModelGate } from '../models/model-gate.js';

/**
 * Who judges a run: the model of the role `judge` where the configuration names one of its own, else the run's own
 * model, so that nothing is swapped for it.
 */
export function judgeRoute(gate: ModelGate, runModel: string): Route {
  const [judge, main] = [gate.router.forRole('judge'), gate.router.forRole('main')];
  return judge.runtimeId === main.runtimeId && judge.model === main.model ? routeOfModel(gate, runModel) : judge;
}
