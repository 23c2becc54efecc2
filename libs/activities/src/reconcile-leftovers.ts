import { ALL_TENANTS, type Pool, readDeletedRuns, withTx } from '#store';
import type { AgentImplementation } from './agent.js';

const PAGE = 500;

/** Removes what agents keep on this machine for runs that are deleted, by whomever and whenever that was. */
export async function removeLeftovers({ pool, agents }: { pool: Pool; agents: ReadonlyMap<string, AgentImplementation> }): Promise<void> {
  for (const { keeps } of agents.values()) {
    const ids = (await keeps?.runs()) ?? [];
    for (let n = 0; n < ids.length; n += PAGE) {
      for (const id of await withTx(pool, ALL_TENANTS, (tx) => readDeletedRuns(tx, ids.slice(n, n + PAGE)))) await keeps!.remove(id);
    }
  }
}
