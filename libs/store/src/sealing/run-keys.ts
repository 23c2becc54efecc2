import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '#contracts';
import { masterKeys, type StackConfig } from '#platform';
import { commandMasterKey } from './command-master-key.js';

/** A run's key: one half seals bodies, the other keys their addresses. */
export type RunKey = { id: string; seal: Buffer; mac: Buffer };

/** What wraps run keys: keys of a file or of the environment here, a key management service behind a command, or one in code: the same two calls. */
export interface MasterKey {
  wrap(key: Buffer): Promise<{ masterId: string; wrapped: Buffer }>;
  /** @throws HoldfastError `key_missing` where the master key of that name is not at hand. */
  unwrap(masterId: string, wrapped: Buffer): Promise<Buffer>;
}

export interface RunKeys {
  create(id: string): Promise<RunKey>;
  /** Null where it was deleted, and so was all that it sealed. */
  open(id: string): Promise<RunKey | null>;
  destroy(id: string): Promise<void>;
  /** Wraps every key with the master key that is active now. @returns how many. */
  rewrap(): Promise<number>;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID = /^[0-9a-f-]{36}$/;

/** AES-256-GCM: nonce, ciphertext, tag. `bound` is authenticated and not kept. */
export function encrypt(key: Buffer, data: Buffer, bound: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
}

export function decrypt(key: Buffer, sealed: Buffer, bound: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(bound)).setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** Run keys as this installation keeps them. */
export function configuredRunKeys(config: Pick<StackConfig, 'dataDir' | 'masterKey' | 'masterKeyFile' | 'masterKeyCommand' | 'runKeysDir'>): RunKeys {
  let master: MasterKey | undefined;
  return new FolderRunKeys(config.runKeysDir, () => (master ??= configuredMasterKey(config)));
}

/** A key management service wraps where there is one; local keys from before still unwrap, so that `keys rewrap` moves all over. */
function configuredMasterKey(config: Pick<StackConfig, 'dataDir' | 'masterKey' | 'masterKeyFile' | 'masterKeyCommand'>): MasterKey {
  if (!config.masterKeyCommand) return localMasterKey(masterKeys(config));
  const service = commandMasterKey(config.masterKeyCommand);
  const before = config.masterKey !== undefined || config.masterKeyFile !== undefined || existsSync(join(config.dataDir, 'master.key')) ? masterKeys(config) : null;
  return { ...service, unwrap: (masterId, wrapped) => (before?.byId.has(masterId) ? localMasterKey(before) : service).unwrap(masterId, wrapped) };
}

/** Master keys by their ids; the active one wraps, the others still unwrap. */
export function localMasterKey(keys: { active: string; byId: ReadonlyMap<string, Buffer> }): MasterKey {
  return {
    wrap: async (key) => ({ masterId: keys.active, wrapped: encrypt(keys.byId.get(keys.active)!, key, keys.active) }),
    async unwrap(masterId, wrapped) {
      const master = keys.byId.get(masterId);
      if (!master) throw new HoldfastError('key_missing', `The run's key is wrapped by master key "${masterId}", which is not in the key file. Add it back.`);
      return decrypt(master, wrapped, masterId);
    },
  };
}

/** Wrapped keys as files of a folder that every process of the installation sees and no backup of the database has. */
export class FolderRunKeys implements RunKeys {
  constructor(
    private readonly folder: string,
    /** Asked for when the first key is made or opened: an installation without sensitive runs needs no master key. */
    private readonly master: () => MasterKey,
  ) {}

  async create(id: string): Promise<RunKey> {
    const key = randomBytes(KEY_BYTES);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = await open(this.fileOf(id), 'wx', 0o600);
    try {
      await file.writeFile(await this.wrapped(key));
      // A run whose key is lost with the machine is lost itself: the key is on disk before the run's row.
      await file.sync();
    } finally {
      await file.close();
    }
    return derived(id, key);
  }

  async open(id: string): Promise<RunKey | null> {
    const text = await readFile(this.fileOf(id), 'utf8').catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : Promise.reject(error)));
    return text === null ? null : derived(id, await this.unwrapped(text));
  }

  destroy(id: string): Promise<void> {
    return rm(this.fileOf(id), { force: true });
  }

  async rewrap(): Promise<number> {
    const names = (await readdir(this.folder).catch(() => [])).filter((n) => n.endsWith('.key'));
    for (const name of names) {
      const file = join(this.folder, name);
      const key = await this.unwrapped(await readFile(file, 'utf8'));
      await writeFile(`${file}.new`, await this.wrapped(key), { mode: 0o600, flush: true });
      await rename(`${file}.new`, file);
    }
    return names.length;
  }

  private async wrapped(key: Buffer): Promise<string> {
    const { masterId, wrapped } = await this.master().wrap(key);
    return `${JSON.stringify({ master: masterId, key: wrapped.toString('base64') })}\n`;
  }

  private unwrapped(text: string): Promise<Buffer> {
    const { master, key } = JSON.parse(text) as { master: string; key: string };
    return this.master().unwrap(master, Buffer.from(key, 'base64'));
  }

  private fileOf(id: string): string {
    if (!ID.test(id)) throw new Error('the id of a run key is not a UUID');
    return join(this.folder, `${id}.key`);
  }
}

function derived(id: string, key: Buffer): RunKey {
  const half = (name: string): Buffer => Buffer.from(hkdfSync('sha256', key, id, name, KEY_BYTES));
  return { id, seal: half('seal'), mac: half('address') };
}
