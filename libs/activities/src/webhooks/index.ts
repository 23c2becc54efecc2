import type { DeliveryRef } from '#contracts';
import type { PublicHosts } from '#platform';
import { ALL_TENANTS, giveUpDelivery, noteTry, type Pool, readPendingDelivery, takeDeliveries, withTx } from '#store';
import { activity } from '../edge.js';
import { signedPost } from './signed-post.js';

export { signatureOf } from './signed-post.js';

const PAGE = 100;

export type WebhookDeps = { pool: Pool; hosts: PublicHosts; /** Starts the delivery's workflow; one that is running is left alone. */ startDelivery(ref: DeliveryRef): Promise<void> };
export type WebhookActivities = ReturnType<typeof createWebhookActivities>;

export function createWebhookActivities({ pool, hosts, startDelivery }: WebhookDeps) {
  return {
    /** Calls the receiver once, and says whether there is nothing left to do. The log has every try. */
    deliverWebhook: activity(async (ref: DeliveryRef, signal): Promise<boolean> => {
      const d = await withTx(pool, ref.tenantId, (tx) => readPendingDelivery(tx, ref));
      if (!d) return true;
      const body = JSON.stringify({ id: ref.deliveryId, event: d.event, at: d.at.toISOString(), webhookId: d.webhookId, runId: d.runId, seq: d.seq, agent: d.agent, data: d.data ?? {} });
      const outcome = await signedPost(hosts, { url: d.url, secret: d.secret, deliveryId: ref.deliveryId, body }, signal);
      await withTx(pool, ref.tenantId, (tx) => noteTry(tx, ref, outcome));
      return outcome.failure === null;
    }),
    giveUpDelivery: activity(async (ref: DeliveryRef): Promise<void> => withTx(pool, ref.tenantId, (tx) => giveUpDelivery(tx, ref))),
    /** Starts a workflow for each delivery that has none. */
    handOverDeliveries: activity<void, void>(async () => {
      for (const ref of await withTx(pool, ALL_TENANTS, (tx) => takeDeliveries(tx, PAGE))) await startDelivery(ref);
    }),
  };
}
