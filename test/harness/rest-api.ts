import type { AddressInfo } from 'node:net';
import { createApi } from '#apps/api/src/app';
import type { AgentContract } from '#contracts';
import { createLogger, loadConfig } from '#platform';

export type Answer<T = Record<string, unknown>> = { status: number; headers: Headers; body: T };

/** Requests to an API, as a client makes them; paths come after `/v1`. */
export class RestClient {
  constructor(readonly url: string) {}

  async post<T = Record<string, unknown>>(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return answered(await fetch(this.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }));
  }

  async get<T = Record<string, unknown>>(path: string): Promise<Answer<T>> {
    return answered(await fetch(this.url + path));
  }

  async patch<T = Record<string, unknown>>(path: string, body: object): Promise<Answer<T>> {
    return answered(await fetch(this.url + path, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }));
  }

  async delete(path: string): Promise<number> {
    return (await fetch(this.url + path, { method: 'DELETE' })).status;
  }
}

export type RestApi = RestClient & { stop(): Promise<void> };

/** An API in this process, for agents of the test's own, over the servers that `env` names. */
export async function serveApi(env: Record<string, string>, agents: AgentContract[]): Promise<RestApi> {
  const config = loadConfig({ ...env, HOLDFAST_LOG_LEVEL: 'silent' });
  const app = await createApi({ config, agents, logger: createLogger(config, 'api') });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return Object.assign(new RestClient(`http://127.0.0.1:${port}/v1`), { stop: () => app.close() });
}

async function answered<T>(res: Response): Promise<Answer<T>> {
  const text = await res.text();
  return { status: res.status, headers: res.headers, body: (text ? JSON.parse(text) : null) as T };
}
