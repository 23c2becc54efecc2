import type { DeliveryRef, DeliveryTry, DeliveryView } from '#contracts';
import type { Tx } from '../pool.js';
import type { WebhookKey } from './webhooks.js';

export type PendingDelivery = { url: string; secret: string; event: string; webhookId: string; runId: string | null; seq: number | null; at: Date; agent: string | null; data: Record<string, unknown> | null; tries: number };

/** A delivery that somebody asked for, of no event. */
export async function insertTestDelivery(tx: Tx, key: WebhookKey, deliveryId: string): Promise<void> {
  await tx.query(`insert into webhook_deliveries (tenant_id, delivery_id, webhook_id, event, handed_at) values ($1, $2, $3, 'webhook.test', now())`, [key.tenantId, deliveryId, key.webhookId]);
}

/** What is to be sent; null where it was delivered, given up or deleted. */
export async function readPendingDelivery(tx: Tx, ref: DeliveryRef): Promise<PendingDelivery | null> {
  const { rows } = await tx.query<PendingDelivery>(
    `select w.url, w.secret, d.event, d.webhook_id as "webhookId", d.run_id as "runId", d.seq, d.created_at as at, r.agent, e.data, jsonb_array_length(d.log) as tries
     from webhook_deliveries d join webhooks w using (tenant_id, webhook_id)
     left join runs r on r.tenant_id = d.tenant_id and r.run_id = d.run_id
     left join events e on e.tenant_id = d.tenant_id and e.run_id = d.run_id and e.seq = d.seq
     where d.tenant_id = $1 and d.delivery_id = $2 and d.state = 'pending'`,
    [ref.tenantId, ref.deliveryId],
  );
  return rows[0] ?? null;
}

/** Enters a try into the log; a call that went through ends the delivery. */
export async function noteTry(tx: Tx, ref: DeliveryRef, t: DeliveryTry): Promise<void> {
  await tx.query(
    `update webhook_deliveries set log = log || $3::jsonb, state = case when $4 then 'delivered' else state end, done_at = case when $4 then now() end
     where tenant_id = $1 and delivery_id = $2 and state = 'pending'`,
    [ref.tenantId, ref.deliveryId, JSON.stringify([t]), t.failure === null],
  );
}

export async function giveUpDelivery(tx: Tx, ref: DeliveryRef): Promise<void> {
  await tx.query(`update webhook_deliveries set state = 'failed', done_at = now() where tenant_id = $1 and delivery_id = $2 and state = 'pending'`, [ref.tenantId, ref.deliveryId]);
}

/** Seconds after which a delivery that was handed over is handed over again, should its workflow be gone. */
const HANDED_AGAIN = 600;

/** Takes deliveries that no workflow carries yet, of all tenants, oldest first. Two that take at once take different ones. */
export async function takeDeliveries(tx: Tx, limit: number): Promise<DeliveryRef[]> {
  const { rows } = await tx.query<DeliveryRef>(
    `update webhook_deliveries d set handed_at = now() from (
       select tenant_id, delivery_id from webhook_deliveries where state = 'pending' and (handed_at is null or handed_at < now() - make_interval(secs => $2))
       order by created_at limit $1 for update skip locked) p
     where d.tenant_id = p.tenant_id and d.delivery_id = p.delivery_id returning d.tenant_id as "tenantId", d.delivery_id as "deliveryId"`,
    [limit, HANDED_AGAIN],
  );
  return rows;
}

type Row = { delivery_id: string; webhook_id: string; event: string; run_id: string | null; seq: number | null; state: DeliveryView['state']; log: DeliveryTry[]; created_at: Date; done_at: Date | null };

/** Newest first. `before` is the id of the last one of the page before. */
export async function listDeliveries(tx: Tx, key: WebhookKey, page: { before?: string; limit: number }): Promise<DeliveryView[]> {
  const { rows } = await tx.query<Row>(
    `select delivery_id, webhook_id, event, run_id, seq, state, log, created_at, done_at from webhook_deliveries d
     where tenant_id = $1 and webhook_id = $2
       and ($3::uuid is null or (created_at, delivery_id) < (select created_at, delivery_id from webhook_deliveries where tenant_id = $1 and delivery_id = $3))
     order by created_at desc, delivery_id desc limit $4`,
    [key.tenantId, key.webhookId, page.before ?? null, page.limit],
  );
  return rows.map((r) => ({ id: r.delivery_id, webhookId: r.webhook_id, event: r.event, runId: r.run_id, seq: r.seq, state: r.state, tries: r.log, createdAt: r.created_at.toISOString(), doneAt: r.done_at?.toISOString() ?? null }));
}
