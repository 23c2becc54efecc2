import { agentContracts } from '#agents/registry';
import { createApi } from '#apps/api/src/app';
import { createLogger, loadConfig } from '#platform';

/** The OpenAPI document as the API serves it. Neither a database nor Temporal is needed for that. */
export async function apiDocument() {
  const nowhere = '127.0.0.1:1';
  const config = loadConfig({ DATABASE_URL: `postgres://nobody@${nowhere}/none`, TEMPORAL_ADDRESS: nowhere, HOLDFAST_RUNTIME_URL: `http://${nowhere}`, HOLDFAST_LOG_LEVEL: 'silent' });
  const app = await createApi({ config, agents: agentContracts({ probe: false }), logger: createLogger(config, 'api') });
  try {
    await app.listen(0, '127.0.0.1');
    const answer = await fetch(`http://127.0.0.1:${app.getHttpServer().address().port}/openapi.json`);
    return await answer.json();
  } finally {
    await app.close();
  }
}
