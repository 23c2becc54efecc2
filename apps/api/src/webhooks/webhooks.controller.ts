import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { type CreatedWebhook, createdWebhookSchema, type CreateWebhook, createWebhookSchema, deliveryPageSchema, HoldfastError, idSchema, listPageSchema, webhookPageSchema, type WebhookView, webhookViewSchema, workflowIds, WORKFLOWS } from '#contracts';
import { type Config, createPublicHosts, type PublicHosts } from '#platform';
import { deleteWebhook, insertTestDelivery, listDeliveries, listWebhooks, type Pool, readWebhook, type Tx, type WebhookKey, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { CONFIG, POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';
import { paged, pageOf } from '../runs/cursor.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';
import { bringWebhook } from './bring-webhook.js';

const noBodySchema = z.strictObject({});
const testedSchema = z.object({ deliveryId: idSchema });

@ApiTags('webhooks')
@Controller('v1/webhooks')
export class WebhooksController {
  private readonly hosts: PublicHosts;
  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
  ) {
    this.hosts = createPublicHosts(config.webhookHosts);
  }

  // No Idempotency-Key: the kept answer would hold the secret.
  @Post()
  @HttpCode(201)
  @Endpoint({ role: 'operator', summary: 'Register a webhook', description: 'Calls are signed: `Holdfast-Signature: t=SECONDS,v1=HEX`, an HMAC-SHA256 with the secret over `SECONDS.BODY`. The secret is shown here and never again.', answers: { 201: { schema: createdWebhookSchema, description: 'Registered; `Location` names it.' } }, errors: ['body_too_large', 'unsupported_media_type'] })
  async createWebhook(@FromCaller() caller: Caller, @Body({ schema: createWebhookSchema }) body: CreateWebhook, @Res({ passthrough: true }) res: Response): Promise<CreatedWebhook> {
    const webhook = await withTx(this.pool, caller.tenantId, (tx) => bringWebhook(tx, this.hosts, caller, body));
    res.location(`/v1/webhooks/${webhook.id}`);
    return webhook;
  }

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List webhooks, newest first', answers: { 200: { schema: webhookPageSchema, description: 'A page, without those that runs brought along.' } } })
  async listWebhooks(@FromCaller() caller: Caller, @Query({ schema: listPageSchema }) query: z.infer<typeof listPageSchema>): Promise<z.infer<typeof webhookPageSchema>> {
    const rows = await withTx(this.pool, caller.tenantId, (tx) => listWebhooks(tx, caller.tenantId, pageOf(query)));
    return paged(rows, query.limit, ({ id }) => id);
  }

  @Get(':id')
  @Endpoint({ role: 'viewer', summary: 'Read a webhook', answers: { 200: { schema: webhookViewSchema, description: 'The webhook, without its secret.' } }, errors: ['not_found'] })
  getWebhook(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<WebhookView> {
    return withTx(this.pool, caller.tenantId, (tx) => found(tx, { tenantId: caller.tenantId, webhookId: id }));
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ role: 'operator', summary: 'Delete a webhook with its delivery log', answers: { 204: { schema: null, description: 'Gone; what was under way is not sent again.' } }, errors: ['not_found'] })
  async deleteWebhook(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    if (!(await withTx(this.pool, caller.tenantId, (tx) => deleteWebhook(tx, { tenantId: caller.tenantId, webhookId: id })))) throw noWebhook();
  }

  @Post(':id/test')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Send a test call', answers: { 202: { schema: testedSchema, description: 'On its way; the delivery log says how it went.' } }, errors: ['not_found'] })
  async testWebhook(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: noBodySchema }) _body: z.infer<typeof noBodySchema>): Promise<z.infer<typeof testedSchema>> {
    const { tenantId } = caller;
    const deliveryId = uuidv4();
    await withTx(this.pool, tenantId, async (tx) => {
      await found(tx, { tenantId, webhookId: id });
      await insertTestDelivery(tx, { tenantId, webhookId: id }, deliveryId);
    });
    await this.temporal.start(WORKFLOWS.webhookDelivery, { workflowId: workflowIds.webhookDelivery(deliveryId), args: [{ tenantId, deliveryId }], staticSummary: 'webhook' });
    return { deliveryId };
  }

  @Get(':id/deliveries')
  @Endpoint({ role: 'viewer', summary: 'Read the delivery log', answers: { 200: { schema: deliveryPageSchema, description: 'Newest first, each with its tries.' } }, errors: ['not_found'] })
  async listDeliveries(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: listPageSchema }) query: z.infer<typeof listPageSchema>): Promise<z.infer<typeof deliveryPageSchema>> {
    const key = { tenantId: caller.tenantId, webhookId: id };
    const rows = await withTx(this.pool, caller.tenantId, async (tx) => {
      await found(tx, key);
      return listDeliveries(tx, key, pageOf(query));
    });
    return paged(rows, query.limit, ({ id }) => id);
  }
}

async function found(tx: Tx, key: WebhookKey): Promise<WebhookView> {
  const webhook = await readWebhook(tx, key);
  if (!webhook) throw noWebhook();
  return webhook;
}

const noWebhook = (): HoldfastError => new HoldfastError('not_found', 'There is no webhook with this id.');
