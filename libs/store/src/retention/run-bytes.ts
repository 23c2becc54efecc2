import type { RunRef } from '#contracts';
import { CONTENT_REFERENCES } from '../api/delete-run.js';
import type { Tx } from '../pool.js';

const ROWS = ['steps', 'messages', 'checkpoints', 'ledger', 'events', 'inbox', 'artifacts', 'memory_terms', 'workspace_packs', 'judge_verdicts', 'step_candidates'];

/** Bytes that a run takes as they are stored: its rows, and the bodies that it points at, each once. Bodies that it shares with other runs count with each of them. */
export async function readRunBytes(tx: Tx, ref: RunRef): Promise<number> {
  const rows = ROWS.map((table) => `(select coalesce(sum(pg_column_size(t.*)), 0) from ${table} t where tenant_id = $1 and run_id = $2)`).join(' + ');
  const pointed = CONTENT_REFERENCES.filter(([table]) => ROWS.includes(table) || table === 'runs').map(([table, column]) => `select ${column} as hash from ${table} where tenant_id = $1 and run_id = $2`).join(' union ');
  const { rows: found } = await tx.query<{ bytes: number }>({
    name: 'read-run-bytes',
    text: `select (${rows} + (select coalesce(sum(pg_column_size(c.*)), 0) from (${pointed}) p join contents c on c.tenant_id = $1 and c.hash = p.hash))::bigint as bytes`,
    values: [ref.tenantId, ref.runId],
  });
  return found[0]!.bytes;
}
