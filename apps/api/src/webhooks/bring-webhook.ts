import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { CreatedWebhook, CreateWebhook } from '#contracts';
import type { PublicHosts } from '#platform';
import { insertWebhook, type Tx } from '#store';
import type { Caller } from '../core/caller.js';
import { InvalidRequest } from '../http/invalid-request.js';

/** Writes a webhook, of one run where `runId` names it. A host that is not public has to be in the configuration. */
export async function bringWebhook(tx: Tx, hosts: PublicHosts, caller: Caller, body: CreateWebhook, runId?: string): Promise<CreatedWebhook> {
  const path = runId ? 'webhook.url' : 'url';
  const url = new URL(body.url);
  if (url.username || url.password) throw new InvalidRequest([{ path, message: 'must hold no user and password; the signature says who calls' }]);
  if (!hosts.mayCall(url)) throw new InvalidRequest([{ path, message: 'leads to this machine or a private network; allow its host with HOLDFAST_WEBHOOK_HOSTS' }]);
  const secret = body.secret ?? randomBytes(32).toString('base64url');
  const webhook = await insertWebhook(tx, { tenantId: caller.tenantId, webhookId: uuidv7(), url: body.url, secret, events: body.events, ...(runId ? { runId } : {}) });
  return { ...webhook, secret };
}
