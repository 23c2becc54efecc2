import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import type { RunDeps } from '#activities';
import { probe } from '#agents/probe/activities/index';
import { createApi } from '#apps/api/src/app';
import type { RunRef } from '#contracts';
import { LOCAL_TENANT } from '#contracts';
import { createLogger } from '#platform';
import { LoopStack } from './loop-stack.js';
import { RestClient } from './rest-api.js';
import { modelOf, type Scenario } from './scenario.js';

/** A worker and an API in this process, over one database and one Temporal: what a client sees, end to end. */
export class ApiStack extends RestClient {
  private constructor(
    readonly loop: LoopStack,
    readonly app: NestExpressApplication,
    url: string,
  ) {
    super(url);
  }

  /** `env`: settings beside those of the test's own servers. */
  static async start(more: Partial<RunDeps> = {}, env: Record<string, string> = {}): Promise<ApiStack> {
    const loop = await LoopStack.start(more, undefined, env);
    const agents = [...(more.agents ?? new Map([[probe.contract.name, probe]])).values()].map((a) => a.contract);
    const app = await createApi({ config: loop.config, agents, logger: createLogger({ ...loop.config, logLevel: 'silent' }, 'api') });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new ApiStack(loop, app, `http://127.0.0.1:${port}/v1`);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.loop.stop();
  }

  /** A run that plays `scenario`, made through the API. */
  async run(scenario: Scenario, more: Record<string, unknown> = {}): Promise<RunRef> {
    const { status, body } = await this.post('/runs', { agent: 'probe', input: { steps: scenario.steps }, model: modelOf(scenario), ...more });
    if (status !== 202) throw new Error(`POST /runs answered ${status}: ${JSON.stringify(body)}`);
    return { tenantId: LOCAL_TENANT, runId: body['id'] as string };
  }
}
