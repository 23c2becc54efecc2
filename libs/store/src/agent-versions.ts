import type { AgentDefinition, PinnedAgent, RunRef } from '#contracts';
import type { Tx } from './pool.js';

/** Keeps a definition, once, and pins the run to it; a run that was pinned before stays so. Call under the run's lock. */
export async function pinAgent(tx: Tx, ref: RunRef, agent: { digest: string; definition: AgentDefinition }): Promise<void> {
  const { name, version } = agent.definition;
  await tx.query('insert into agent_versions (tenant_id, agent, version, digest, definition) values ($1, $2, $3, $4, $5) on conflict do nothing', [ref.tenantId, name, version, agent.digest, JSON.stringify(agent.definition)]);
  await tx.query('update runs set agent_digest = coalesce(agent_digest, $3) where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, agent.digest]);
}

/** The definitions that runs of a version began with, newest first. */
export async function readPinnedAgents(tx: Tx, tenantId: string, name: string, version: string): Promise<PinnedAgent[]> {
  const { rows } = await tx.query<{ digest: string; created_at: Date; definition: AgentDefinition }>('select digest, created_at, definition from agent_versions where tenant_id = $1 and agent = $2 and version = $3 order by created_at desc', [tenantId, name, version]);
  return rows.map((r) => ({ digest: r.digest, firstUsedAt: r.created_at.toISOString(), definition: r.definition }));
}
