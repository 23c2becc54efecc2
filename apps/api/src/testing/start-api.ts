import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { AgentContract } from '#contracts';
import { createLogger, loadConfig } from '#platform';
import { createApi } from '../app.js';
import type { Timing } from '../core/api-options.js';
import { closeTelemetry, openTelemetry } from '../telemetry/telemetry.js';

/** An agent for the API's own specs: a contract is all that the API knows of one. */
export const echoContract: AgentContract = {
  name: 'echo',
  version: '1',
  title: 'Echo',
  description: 'Says what it is told.',
  input: z.strictObject({ text: z.string().min(1).max(1_000_000), times: z.int().min(1).default(1) }),
  result: z.object({ text: z.string() }),
  state: z.object({}),
  tools: [{ name: 'say', description: 'Says a text.', kind: 'read', effect: 'read', parameters: z.object({ text: z.string() }), timeoutMs: 1_000 }],
  limits: { maxSteps: 10, maxTokens: 1_000, maxSeconds: 600 },
  sampling: { temperature: 0.5 },
  drift: { enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: false, holdout: 0 },
  maxAttempts: 3,
  needsCorpus: false,
};
export const scholarContract: AgentContract = { ...echoContract, name: 'scholar', title: 'Scholar', needsCorpus: true };

export type TestApi = { app: NestExpressApplication; url: string; close(): Promise<void> };

/** The API on a free port, as `main.ts` builds it; with no address for Temporal it talks to a port that nobody has. */
export async function startApi(servers: { databaseUrl: string; temporalAddress?: string; env?: Record<string, string>; timing?: Partial<Timing> }): Promise<TestApi> {
  const config = loadConfig({
    DATABASE_URL: servers.databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress ?? '127.0.0.1:1',
    HOLDFAST_LOG_LEVEL: 'silent',
    HOLDFAST_RUNTIME_URL: 'http://127.0.0.1:1',
    HOLDFAST_TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
    ...servers.env,
  });
  const logger = createLogger(config, 'api');
  const telemetry = await openTelemetry(config, logger);
  const app = await createApi({ config, agents: [echoContract, scholarContract], logger, telemetry, timing: { temporalMs: 1_500, answerMs: 1_500, ...servers.timing } });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}`, close: () => app.close().then(() => closeTelemetry(telemetry)) };
}
