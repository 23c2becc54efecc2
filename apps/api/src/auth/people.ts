import { HoldfastError, LOCAL_TENANT, ACCESS_ROLES, type AccessRole } from '#contracts';
import type { OidcConfig } from '#platform';
import { enterPerson, findTenant, type Pool, withTx } from '#store';
import type { Identity } from '../core/caller.js';
import { TokenVerifier, type VerifiedToken } from './token-verifier.js';

const MOST_KNOWN = 10_000;

/** Who an access token stands for: a principal of its subject, in the tenant and with the roles that its claims name. */
export class People {
  private readonly verifier: TokenVerifier;
  /** Principals that are in the database, by tenant, subject and name. */
  private readonly entered = new Map<string, string>();

  constructor(
    private readonly oidc: OidcConfig,
    private readonly pool: Pool,
  ) {
    this.verifier = new TokenVerifier(oidc);
  }

  /** @throws HoldfastError `unauthenticated`, `identity_unavailable` */
  async identify(token: string): Promise<Identity> {
    const claims = await this.verifier.verify(token);
    const tenantId = await this.tenantOf(claims);
    const name = nameOf(claims);
    return { tenantId, principalId: await this.principalOf(tenantId, claims.sub, name), name, roles: rolesOf(claims, this.oidc), authenticatedBy: 'token', keyId: null, expiresAt: new Date(claims.exp * 1_000).toISOString(), requestsPerSecond: null };
  }

  private async tenantOf(claims: VerifiedToken): Promise<string> {
    if (!this.oidc.tenantClaim) return LOCAL_TENANT;
    const named = within(claims, this.oidc.tenantClaim);
    const tenant = typeof named === 'string' ? await withTx(this.pool, LOCAL_TENANT, (tx) => findTenant(tx, named)) : null;
    if (!tenant) throw new HoldfastError('unauthenticated', 'The token names no tenant of this installation.');
    return tenant.tenantId;
  }

  private async principalOf(tenantId: string, subject: string, name: string): Promise<string> {
    const key = JSON.stringify([tenantId, subject, name]);
    const known = this.entered.get(key);
    if (known) return known;
    const principalId = await withTx(this.pool, tenantId, (tx) => enterPerson(tx, { tenantId, issuer: this.oidc.issuer, subject, name }));
    if (this.entered.size >= MOST_KNOWN) this.entered.clear();
    this.entered.set(key, principalId);
    return principalId;
  }
}

/** Roles that the claim lists, as one text with spaces or as a list; what is no role counts for nothing. */
export function rolesOf(claims: object, { rolesClaim, roleNames }: Pick<OidcConfig, 'rolesClaim' | 'roleNames'>): AccessRole[] {
  const given = within(claims, rolesClaim);
  const names: unknown[] = typeof given === 'string' ? given.split(/\s+/) : Array.isArray(given) ? given : [];
  const roles = names.map((name) => (typeof name !== 'string' ? undefined : Object.hasOwn(roleNames, name) ? roleNames[name] : ACCESS_ROLES.find((role) => role === name)));
  return [...new Set(roles.filter((role) => role !== undefined))];
}

const within = (claims: object, path: readonly string[]): unknown => path.reduce<unknown>((at, name) => (at !== null && typeof at === 'object' && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined), claims);

/** For people who read the audit log. */
function nameOf(claims: VerifiedToken): string {
  const given = [claims['preferred_username'], claims['email'], claims['name']].find((one) => typeof one === 'string' && one !== '') as string | undefined;
  return (given ?? claims.sub).slice(0, 200);
}
