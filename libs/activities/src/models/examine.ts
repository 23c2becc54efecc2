import { type ExaminationInput, HoldfastError } from '#contracts';
import { diagnose, type Runtime } from '#models';
import { type Pool, saveFindings, withTx } from '#store';
import { activity } from '../edge.js';

export type ExaminationDeps = { pool: Pool; runtimes: ReadonlyMap<string, Runtime>; contextTokens: number };

/** What is looked at when a model is registered: what looks like drift when it is broken, and costs seconds. */
export const BRIEF = ['list', 'stream', 'max_tokens', 'schema', 'tools_called', 'tools_result', 'refuses_long', 'speed'];

/** The doctor's activity: served by the gate of the runtime that it examines. */
export function createExaminationActivities(deps: ExaminationDeps) {
  return {
    examineModel: activity(async (input: ExaminationInput, signal) => {
      const runtime = deps.runtimes.get(input.runtimeId);
      if (!runtime) throw new HoldfastError('not_found', 'This gate does not serve that runtime.');
      const report = await diagnose({ runtime, model: input.model, contextTokens: deps.contextTokens, signal, ...(input.brief && { only: BRIEF }) });
      await withTx(deps.pool, input.tenantId, (tx) => saveFindings(tx, input.tenantId, report));
      return { failed: report.findings.filter(({ verdict }) => verdict === 'failed').length };
    }),
  };
}
export type ExaminationActivities = ReturnType<typeof createExaminationActivities>;
