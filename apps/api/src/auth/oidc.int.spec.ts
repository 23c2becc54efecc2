import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateKeyPair } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT, type PrincipalView } from '#contracts';
import { createPool, type Pool, withTx } from '#store';
import { until } from '#test/harness/until';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { IdentityProvider } from '../testing/identity-provider.js';
import { codeOf, SecuredApi } from '../testing/secured-api.js';

jest.setTimeout(30_000);

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('access tokens of an identity provider', () => {
  let database: TestDatabase;
  let pool: Pool;
  let provider: IdentityProvider;
  let api: SecuredApi;
  const wardTenant = uuidv7();
  const oidc = (): Record<string, string> => ({ HOLDFAST_OIDC_ISSUER: provider.issuer, HOLDFAST_OIDC_AUDIENCE: 'holdfast', HOLDFAST_OIDC_ROLES: '{"hf-doctors":"signer"}', HOLDFAST_OIDC_TENANT_CLAIM: 'org.name' });
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 2 });
    provider = await IdentityProvider.start();
    api = await SecuredApi.start(pool, { databaseUrl: database.url, env: oidc() });
    await api.tenant(wardTenant, 'ward');
  });
  afterAll(async () => {
    await api.close();
    await provider.stop();
    await pool.end();
    await database.drop();
  });

  const local = { org: { name: 'local' } };
  const principal = async (token: string): Promise<PrincipalView> => JSON.parse((await api.ask('GET', '/v1/principal', token)).text) as PrincipalView;

  it('stand for one principal a person, with the roles and in the tenant that they name', async () => {
    const doctor = { ...local, sub: 'doctor', preferred_username: 'd.house', roles: ['hf-doctors', 'unknown'] };
    const me = await principal(await provider.token(doctor));
    expect(me).toMatchObject({ name: 'd.house', roles: ['signer'], authenticatedBy: 'token', tenantId: LOCAL_TENANT, keyId: null });
    expect((await principal(await provider.token({ ...doctor, roles: 'operator viewer' })))).toMatchObject({ principalId: me.principalId, roles: ['operator', 'viewer'] });
    const elsewhere = await principal(await provider.token({ ...doctor, org: { name: 'ward' } }));
    expect(elsewhere.tenantId).toBe(wardTenant);
    expect(elsewhere.principalId).not.toBe(me.principalId);
    const run = await api.ask('POST', '/v1/runs', await provider.token({ ...doctor, roles: ['operator'] }), { agent: 'echo', input: { text: 'x' } });
    const { rows } = await withTx(pool, LOCAL_TENANT, (tx) => tx.query('select p.name from runs r join principals p using (tenant_id, principal_id) where r.run_id = $1', [(JSON.parse(run.text) as { id: string }).id]));
    expect(rows).toEqual([{ name: 'd.house' }]);
  });

  it('may nothing without a role, and are nobody’s without a tenant', async () => {
    expect(codeOf(await api.ask('GET', '/v1/runs', await provider.token({ ...local, roles: ['unknown'] })))).toBe('role_missing');
    expect(codeOf(await api.ask('GET', '/v1/runs', await provider.token({ org: { name: 'nowhere' } })))).toBe('unauthenticated');
    expect(codeOf(await api.ask('GET', '/v1/runs', await provider.token()))).toBe('unauthenticated');
    expect(codeOf(await api.ask('GET', '/v1/keys', await provider.token(local)))).toBe('role_missing');
  });

  it('are refused where they are for others, of others, old, or signed by nobody', async () => {
    const good = await provider.token(local);
    expect((await api.ask('GET', '/v1/runs', good)).status).toBe(200);
    const [, claims] = good.split('.');
    const { privateKey: stranger } = await generateKeyPair('ES256');
    const head = `${base64({ alg: 'HS256', kid: 'first' })}.${claims}`;
    const wrong: Record<string, string> = {
      'for another service': await provider.token({ ...local, aud: 'other' }),
      'of another issuer': await provider.token({ ...local, iss: 'https://evil.example.org' }),
      'expired': await provider.token(local, { expiresIn: '-2m' }),
      'of nobody': await provider.token({ ...local, sub: undefined }),
      'signed with another key': await provider.token(local, { signWith: stranger }),
      'not signed': `${base64({ alg: 'none' })}.${claims}.`,
      'signed with what is public': `${head}.${createHmac('sha256', 'first').update(head).digest('base64url')}`,
      'cut': good.slice(0, -4),
    };
    for (const [how, token] of Object.entries(wrong)) {
      const answer = await api.ask('GET', '/v1/runs', token);
      expect([how, answer.status, codeOf(answer)]).toEqual([how, 401, 'unauthenticated']);
    }
  });

  it('asks for keys once, and goes on with API keys', async () => {
    const asked = provider.asked;
    for (let n = 0; n < 5; n++) await principal(await provider.token(local));
    expect(provider.asked).toBe(asked);
    const { key } = await api.key(['viewer']);
    expect((await api.ask('GET', '/v1/runs', key)).status).toBe(200);
  });

  it('asks again where the provider has a new key', async () => {
    await provider.rotate('second');
    const token = await provider.token(local);
    await until('the new key', async () => (await api.ask('GET', '/v1/runs', token)).status === 200, 20_000, 500);
    expect((await api.ask('GET', '/v1/runs', await provider.token({ ...local, aud: 'other' }))).status).toBe(401);
  });

  it('says so where the provider does not answer, and takes tokens once it does', async () => {
    const other = await IdentityProvider.start();
    const token = await other.token();
    const secured = await SecuredApi.start(pool, { databaseUrl: database.url, env: { HOLDFAST_OIDC_ISSUER: other.issuer, HOLDFAST_OIDC_AUDIENCE: 'holdfast', HOLDFAST_OIDC_JWKS_URL: 'http://127.0.0.1:1/keys' } });
    const answer = await secured.ask('GET', '/v1/runs', token);
    expect([answer.status, codeOf(answer), answer.headers.get('retry-after')]).toEqual([503, 'identity_unavailable', expect.any(String)]);
    await secured.close();
    const discovering = await SecuredApi.start(pool, { databaseUrl: database.url, env: { HOLDFAST_OIDC_ISSUER: other.issuer, HOLDFAST_OIDC_AUDIENCE: 'holdfast' } });
    expect((await discovering.ask('GET', '/v1/runs', token)).status).toBe(200);
    await discovering.close();
    await other.stop();
  });
});
