import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { HoldfastError } from '#contracts';
import type { OidcConfig } from '#platform';

/** Signatures that need the provider's private key: with a shared secret, whoever verifies could also sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const SKEW_SECONDS = 30;
const TIMEOUT_MS = 5_000;
/** Milliseconds between two times that the keys are asked for, whatever keys tokens name. */
const COOLDOWN_MS = 5_000;
/** What jose calls a failure to get keys, as against one of the token. */
const UNREACHABLE = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID']);

export type VerifiedToken = JWTPayload & { sub: string; exp: number };

/** Checks access tokens against the public keys of the configured identity provider, and asks no other host. */
export class TokenVerifier {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(private readonly oidc: OidcConfig) {}

  /** @throws HoldfastError `unauthenticated`, `identity_unavailable` */
  async verify(token: string): Promise<VerifiedToken> {
    const { jwtVerify } = await import('jose');
    const keys = await this.keySet();
    const { issuer, audience } = this.oidc;
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ALGORITHMS, clockTolerance: SKEW_SECONDS, requiredClaims: ['sub', 'exp'] });
      return payload as VerifiedToken;
    } catch (error) {
      throw explained(error);
    }
  }

  /** One set for all tokens: it keeps the keys, and asks again where a token names one that it does not have. */
  private async keySet(): Promise<JWTVerifyGetKey> {
    this.keys ??= this.openKeySet();
    try {
      return await this.keys;
    } catch (error) {
      this.keys = undefined;
      throw error;
    }
  }

  private async openKeySet(): Promise<JWTVerifyGetKey> {
    const { createRemoteJWKSet } = await import('jose');
    return createRemoteJWKSet(new URL(this.oidc.jwksUrl ?? (await this.discover())), { timeoutDuration: TIMEOUT_MS, cooldownDuration: COOLDOWN_MS });
  }

  /** Where the issuer says that its keys are (OpenID Connect Discovery 1.0). */
  private async discover(): Promise<string> {
    const { issuer } = this.oidc;
    const found = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null) as { issuer?: unknown; jwks_uri?: unknown } | null;
    if (found === null) throw new HoldfastError('identity_unavailable', 'The identity provider does not answer with its discovery document.');
    const { jwks_uri: keys } = found;
    if (found.issuer !== issuer || typeof keys !== 'string' || !URL.canParse(keys)) throw new HoldfastError('identity_unavailable', 'The discovery document is not that of the configured issuer.');
    if (new URL(keys).origin !== new URL(issuer).origin) throw new HoldfastError('identity_unavailable', 'The issuer has its keys on another host: name their address in HOLDFAST_OIDC_JWKS_URL.');
    return keys;
  }
}

function explained(error: unknown): HoldfastError {
  const { code } = error as { code?: string };
  if (code === 'ERR_JWT_EXPIRED') return new HoldfastError('unauthenticated', 'The token has expired.', { cause: error });
  // Without a code of its own it is the connection that failed.
  if (!code?.startsWith('ERR_J') || UNREACHABLE.has(code)) return new HoldfastError('identity_unavailable', 'The identity provider does not give its public keys.', { cause: error });
  return new HoldfastError('unauthenticated', 'The token is not one of the configured issuer for this API.', { cause: error });
}
