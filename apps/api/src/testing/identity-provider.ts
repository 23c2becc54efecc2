import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type Signing = { kid: string; privateKey: CryptoKey; publicJwk: Record<string, unknown> };

/** An OpenID provider on loopback, as far as an API sees one: a discovery document, public keys, and tokens that it signs. */
export class IdentityProvider {
  /** Requests for its keys. */
  asked = 0;
  private signing: Signing | undefined;
  private published: Record<string, unknown>[] = [];

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  static async start(): Promise<IdentityProvider> {
    let provider: IdentityProvider | undefined;
    const server = createServer((req, res) => {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(provider!.answer(req.url ?? '')));
    });
    await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
    provider = new IdentityProvider(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`);
    await provider.rotate('first');
    return provider;
  }

  /** Signs with a new key from now on, and publishes it alone. */
  async rotate(kid: string): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    this.signing = { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
    this.published = [this.signing.publicJwk];
  }

  /** A token with these claims over the usual ones; `undefined` leaves one out. */
  async token(claims: JWTPayload = {}, more: { expiresIn?: string; signWith?: CryptoKey } = {}): Promise<string> {
    const { kid, privateKey } = this.signing!;
    const token = new SignJWT({ iss: this.issuer, aud: 'holdfast', sub: 'person-1', roles: ['viewer'], ...claims }).setProtectedHeader({ alg: 'ES256', kid }).setIssuedAt();
    return token.setExpirationTime(more.expiresIn ?? '5m').sign(more.signWith ?? privateKey);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((go) => void this.server.close(() => go()));
  }

  private answer(path: string): unknown {
    if (path === '/realm/.well-known/openid-configuration') return { issuer: this.issuer, jwks_uri: `${this.issuer}/keys` };
    if (path !== '/realm/keys') return {};
    this.asked++;
    return { keys: this.published };
  }
}
