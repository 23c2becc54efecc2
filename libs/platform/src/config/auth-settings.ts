import { z } from 'zod';
import { ACCESS_ROLES } from '#contracts';
import { ConfigError } from './config-error.js';
import { hostsSchema, jsonOr } from './runtime-settings.js';

const isLoopback = (host: string): boolean => host === 'localhost' || /^\[?::1\]?$/.test(host) || /^127(\.\d{1,3}){3}$/.test(host);

/** Keys and tokens must not travel in clear, beside on this machine. */
const safeUrl = z.string().refine((value) => URL.canParse(value) && (new URL(value).protocol === 'https:' || (new URL(value).protocol === 'http:' && isLoopback(new URL(value).hostname))), { error: 'must be an https:// address, or http:// on loopback' });
const claim = z.string().regex(/^[^\s.]+(\.[^\s.]+)*$/, { error: 'must be the name of a claim, or names with dots between for one within another' });
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')], { error: 'must be true or false' });

/** Part of `settingsSchema`: who may call the API, and from where. */
export const authSettings = {
  HOLDFAST_AUTH: flag.default(false).describe('Whether callers must say who they are, by API key or token: `true` or `false`. Without it the API listens on loopback only, and whoever reaches it may do everything. docs/security.md says more.'),
  HOLDFAST_API_HOSTS: hostsSchema.default([]).describe('Names, separated by `,`, under which people reach an API that does not listen on loopback. Requests that name another host, and pages of other sites, are refused.'),
  HOLDFAST_RATE_LIMIT: z.coerce.number().min(0).max(100_000).default(50).describe('Requests a second that one key or person may send for long, ten seconds’ worth of them at once; 0 is no limit. Counts where HOLDFAST_AUTH is on.'),
  HOLDFAST_OIDC_ISSUER: safeUrl.optional().describe('Identity provider whose access tokens are taken beside API keys: its issuer, as it stands in `iss`.'),
  HOLDFAST_OIDC_AUDIENCE: z.string().min(1).optional().describe('What must stand in `aud` of its tokens. Goes with the issuer.'),
  HOLDFAST_OIDC_JWKS_URL: safeUrl.optional().describe('Where its public keys are. Not given: where its discovery document says, on the issuer’s own host.'),
  HOLDFAST_OIDC_ROLES_CLAIM: claim.default('roles').describe('Claim of a token that lists roles, such as `realm_access.roles`.'),
  HOLDFAST_OIDC_ROLES: jsonOr(z.record(z.string(), z.enum(ACCESS_ROLES))).default({}).describe('Roles by the names that the provider has for them, as JSON: `{"holdfast-admins":"admin"}`. Names that are roles need no entry.').meta({ shownDefault: 'its own names' }),
  HOLDFAST_OIDC_TENANT_CLAIM: claim.optional().describe('Claim of a token that names the tenant, by its id or name. Not given: everybody is of the tenant `local`.'),
};
const authSettingsSchema = z.object(authSettings);
type AuthSettings = z.output<typeof authSettingsSchema>;

export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string | undefined;
  /** The names on the way to the claim. */
  readonly rolesClaim: readonly string[];
  readonly roleNames: Readonly<Record<string, (typeof ACCESS_ROLES)[number]>>;
  readonly tenantClaim: readonly string[] | undefined;
}

export interface AuthConfig {
  readonly enabled: boolean;
  /** Lower-case, without ports. */
  readonly apiHosts: readonly string[];
  readonly requestsPerSecond: number;
  readonly oidc: OidcConfig | undefined;
}

/**
 * Who may call, checked as a whole: what one setting allows depends on the others.
 * @throws ConfigError where an API that asks nobody who they are would be open to others, and where half of it is given
 */
export function authConfig(settings: AuthSettings & { HOLDFAST_HOST: string }): AuthConfig {
  const { HOLDFAST_AUTH: enabled, HOLDFAST_HOST: host, HOLDFAST_OIDC_ISSUER: issuer, HOLDFAST_OIDC_AUDIENCE: audience } = settings;
  if (!enabled && !isLoopback(host)) throw new ConfigError('HOLDFAST_HOST', `${host} is not a loopback address, and no authentication is configured`, 'Set HOLDFAST_AUTH=true so that callers must show a key, or listen on 127.0.0.1; docs/security.md says more');
  if (issuer !== undefined && !enabled) throw new ConfigError('HOLDFAST_OIDC_ISSUER', 'is given while nobody is asked who they are', 'Set HOLDFAST_AUTH=true, or leave it out');
  if ((issuer === undefined) !== (audience === undefined)) throw new ConfigError('HOLDFAST_OIDC_AUDIENCE', 'the issuer and the audience of tokens go together', 'Give both: without an audience, tokens for other services would be taken');
  return {
    enabled,
    apiHosts: settings.HOLDFAST_API_HOSTS.map((name) => name.toLowerCase()),
    requestsPerSecond: settings.HOLDFAST_RATE_LIMIT,
    oidc:
      issuer === undefined || audience === undefined
        ? undefined
        : {
            issuer,
            audience,
            jwksUrl: settings.HOLDFAST_OIDC_JWKS_URL,
            rolesClaim: settings.HOLDFAST_OIDC_ROLES_CLAIM.split('.'),
            roleNames: settings.HOLDFAST_OIDC_ROLES,
            tenantClaim: settings.HOLDFAST_OIDC_TENANT_CLAIM?.split('.'),
          },
  };
}
