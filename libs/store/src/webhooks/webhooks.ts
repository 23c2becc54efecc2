import type { WebhookView } from '#contracts';
import type { Tx } from '../pool.js';

export type WebhookKey = { tenantId: string; webhookId: string };
export type NewWebhook = WebhookKey & { url: string; secret: string; events: string[]; runId?: string };

type Row = { webhook_id: string; url: string; events: string[]; run_id: string | null; created_at: Date };
const COLUMNS = 'webhook_id, url, events, run_id, created_at';
const view = (r: Row): WebhookView => ({ id: r.webhook_id, url: r.url, events: r.events, runId: r.run_id, createdAt: r.created_at.toISOString() });

export async function insertWebhook(tx: Tx, w: NewWebhook): Promise<WebhookView> {
  const { rows } = await tx.query<Row>(`insert into webhooks (tenant_id, webhook_id, url, secret, events, run_id) values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`, [w.tenantId, w.webhookId, w.url, w.secret, w.events, w.runId ?? null]);
  return view(rows[0]!);
}

export async function readWebhook(tx: Tx, key: WebhookKey): Promise<WebhookView | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from webhooks where tenant_id = $1 and webhook_id = $2`, [key.tenantId, key.webhookId]);
  return rows[0] ? view(rows[0]) : null;
}

/** Newest first; those that a run brought along are the run's and not in the list. */
export async function listWebhooks(tx: Tx, tenantId: string, page: { before?: string; limit: number }): Promise<WebhookView[]> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from webhooks where tenant_id = $1 and run_id is null and ($2::uuid is null or webhook_id < $2) order by webhook_id desc limit $3`, [tenantId, page.before ?? null, page.limit]);
  return rows.map(view);
}

/** With its deliveries, those under way included. @returns false where there is none. */
export async function deleteWebhook(tx: Tx, key: WebhookKey): Promise<boolean> {
  const { rowCount } = await tx.query('delete from webhooks where tenant_id = $1 and webhook_id = $2', [key.tenantId, key.webhookId]);
  return Boolean(rowCount);
}
