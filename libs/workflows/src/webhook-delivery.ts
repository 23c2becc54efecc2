import { proxyActivities, sleep } from '@temporalio/workflow';
import type { WebhookActivities } from '#activities';
import type { DeliveryRef } from '#contracts';

/** What fails here is Postgres: how the receiver took the call is a value. */
const { deliverWebhook, giveUpDelivery } = proxyActivities<Pick<WebhookActivities, 'deliverWebhook' | 'giveUpDelivery'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** Seconds between tries: soon at first, six hours later on, for a receiver that is away for two days. */
const PAUSES = [5, 15, 45, 135, 405, 1_200, 3_600, 3 * 3_600, ...Array.from({ length: 8 }, () => 6 * 3_600)];

/** Brings one event to one receiver, at least once, and gives up after two days. */
export async function webhookDelivery(ref: DeliveryRef): Promise<void> {
  for (const pause of [...PAUSES, null]) {
    if (await deliverWebhook(ref)) return;
    if (pause !== null) await sleep(pause * 1_000);
  }
  await giveUpDelivery(ref);
}
