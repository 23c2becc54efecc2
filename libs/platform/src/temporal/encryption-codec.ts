import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec, ValueError } from '@temporalio/common';
// A CommonJS package: Node gives its names only on the default import.
import protocol from '@temporalio/proto';
import { isSummary } from './is-summary.js';
import type { PayloadKeys } from './payload-keys.js';

const ENCODING = Buffer.from('binary/encrypted');
const KEY_ID = 'encryption-key-id';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ProtoPayload = protocol.temporal.api.common.v1.Payload;

/**
 * Encrypts whole payloads, metadata included, with AES-256-GCM. Data is nonce (12 bytes), ciphertext, tag (16 bytes);
 * the key's id stands in clear in the metadata and is authenticated. The layout is that of Temporal's own sample, so
 * a codec server needs no second format. Summaries stay in clear (docs/decisions/0051).
 */
export class EncryptionCodec implements PayloadCodec {
  constructor(private readonly keys: PayloadKeys) {}

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isSummary(payload) ? payload : this.encrypt(payload)));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.decrypt(payload));
  }

  private encrypt(payload: Payload): Payload {
    const keyId = Buffer.from(this.keys.active);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key(this.keys.active), nonce).setAAD(keyId);
    const data = Buffer.concat([nonce, cipher.update(ProtoPayload.encode(payload).finish()), cipher.final(), cipher.getAuthTag()]);
    return { metadata: { [METADATA_ENCODING_KEY]: ENCODING, [KEY_ID]: keyId }, data };
  }

  /** Payloads written before a key was set stay readable. */
  private decrypt(payload: Payload): Payload {
    const encoding = payload.metadata?.[METADATA_ENCODING_KEY];
    if (encoding == null || !ENCODING.equals(encoding)) return payload;
    const keyId = Buffer.from(payload.metadata?.[KEY_ID] ?? []);
    const data = Buffer.from(payload.data ?? []);
    const decipher = createDecipheriv('aes-256-gcm', this.key(keyId.toString()), data.subarray(0, NONCE_BYTES))
      .setAAD(keyId)
      .setAuthTag(data.subarray(-TAG_BYTES));
    return ProtoPayload.decode(Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]));
  }

  private key(id: string): Buffer {
    const key = this.keys.byId.get(id);
    if (key === undefined) throw new ValueError(`A payload is encrypted with key "${id}", which HOLDFAST_PAYLOAD_KEY_FILE does not hold. Add that key back`);
    return key;
  }
}
