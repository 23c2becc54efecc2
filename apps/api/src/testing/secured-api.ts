import { LOCAL_TENANT, type AccessRole } from '#contracts';
import { insertTenant, makeKey, type Pool, withTx } from '#store';
import { startApi, type TestApi } from './start-api.js';

export type Answer = { status: number; text: string; headers: Headers };

/** An API that asks for keys, and makes them for specs. */
export class SecuredApi {
  private constructor(
    readonly api: TestApi,
    private readonly pool: Pool,
  ) {}

  static async start(pool: Pool, servers: Parameters<typeof startApi>[0]): Promise<SecuredApi> {
    return new SecuredApi(await startApi({ ...servers, env: { HOLDFAST_AUTH: 'true', ...servers.env } }), pool);
  }

  async key(roles: AccessRole[], more: { tenantId?: string; name?: string; expiresInDays?: number; requestsPerSecond?: number } = {}): Promise<{ key: string; id: string; principalId: string }> {
    const tenantId = more.tenantId ?? LOCAL_TENANT;
    return withTx(this.pool, tenantId, (tx) => makeKey(tx, { tenantId, name: more.name ?? roles.join(' '), roles, expiresInDays: more.expiresInDays ?? 1, requestsPerSecond: more.requestsPerSecond, by: null }));
  }

  async tenant(tenantId: string, name: string): Promise<void> {
    await withTx(this.pool, tenantId, (tx) => insertTenant(tx, { tenantId, name }));
  }

  async ask(method: string, path: string, key: string | null, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const sent = { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers };
    const answer = await fetch(this.api.url + path, { method, headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }), redirect: 'manual', signal: AbortSignal.timeout(20_000) });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  }

  close(): Promise<void> {
    return this.api.close();
  }
}

export const codeOf = ({ text }: Answer): unknown => (text === '' ? null : (JSON.parse(text) as { code?: string }).code);
