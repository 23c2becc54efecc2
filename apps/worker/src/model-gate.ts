import { createModelGate, createSpeedBook, type ModelGate } from '#activities';
import { type DoctorReport, LOCAL_TENANT, type ModelRef } from '#contracts';
import { createRuntimes, pickAuto, readMachine, type Runtime } from '#models';
import type { Config, Logger, RoleRoutes } from '#platform';
import { listFindings, type Pool, withTx } from '#store';
import { observeGate, observeRuntime } from './telemetry/observe-runtime.js';
import { NO_TELEMETRY, type WorkerTelemetry } from './telemetry/telemetry.js';

const REFRESH_MS = 30_000;

/** The gate as the configuration says, with the doctor's findings and measured speeds from Postgres. */
export async function openModelGate(config: Config, pool: Pool, logger: Logger, telemetry: WorkerTelemetry = NO_TELEMETRY): Promise<ModelGate> {
  const runtimes = new Map([...createRuntimes(config)].map(([id, runtime]) => [id, observeRuntime(runtime, telemetry)]));
  const gate = createModelGate({
    runtimes,
    slots: new Map(config.runtimes.map(({ id, slots }) => [id, slots])),
    roles: await withoutAuto(config.roles, runtimes, logger),
    defaultRuntimeId: config.runtime,
    findingsOf: keepFindings(pool, [...runtimes.keys()]),
    speeds: createSpeedBook(pool),
  });
  return observeGate(gate, telemetry);
}

/** `auto` becomes the best model that the runtime has; where that cannot be told yet, the name stays and calls say what is missing. */
async function withoutAuto(roles: RoleRoutes, runtimes: ReadonlyMap<string, Runtime>, logger: Logger): Promise<RoleRoutes> {
  if (!Object.values(roles).flat().some(({ model }) => model === 'auto')) return roles;
  const machine = await readMachine();
  const resolve = async (ref: ModelRef): Promise<ModelRef> => {
    if (ref.model !== 'auto') return ref;
    const picked = pickAuto(machine, await runtimes.get(ref.runtimeId)!.models().catch(() => []));
    if ('missing' in picked) logger.warn({ runtime: ref.runtimeId }, picked.missing);
    else logger.info({ runtime: ref.runtimeId, model: picked.model }, picked.reason);
    return 'missing' in picked ? ref : { ...ref, model: picked.model };
  };
  const entries = await Promise.all(Object.entries(roles).map(async ([role, refs]) => [role, await Promise.all(refs.map(resolve))] as const));
  return Object.fromEntries(entries) as unknown as RoleRoutes;
}

/** The newest findings in memory, read anew every half minute. */
function keepFindings(pool: Pool, ids: readonly string[]): (runtimeId: string, model: string) => DoctorReport | null {
  let reports = new Map<string, DoctorReport>();
  let readAt = 0;
  const refresh = async (): Promise<void> => {
    const lists = await withTx(pool, LOCAL_TENANT, async (tx) => {
      const all: DoctorReport[] = [];
      for (const id of ids) all.push(...(await listFindings(tx, LOCAL_TENANT, id)));
      return all;
    });
    reports = new Map(lists.map((report) => [`${report.runtimeId}/${report.model}`, report]));
  };
  return (runtimeId, model) => {
    if (Date.now() - readAt > REFRESH_MS) {
      readAt = Date.now();
      void refresh().catch(() => undefined);
    }
    return reports.get(`${runtimeId}/${model}`) ?? null;
  };
}
