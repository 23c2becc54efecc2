import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackConfig } from '../config/config.js';
import { parseKeys, type PayloadKeys, readPayloadKeys } from '../temporal/payload-keys.js';

/** The keys that wrap the keys of sensitive runs: as configured, else one of the data folder's own. @throws ConfigError */
export function masterKeys(config: Pick<StackConfig, 'dataDir' | 'masterKey' | 'masterKeyFile'>): PayloadKeys {
  if (config.masterKey !== undefined) return parseKeys(config.masterKey, 'HOLDFAST_MASTER_KEY', 'HOLDFAST_MASTER_KEY');
  return readPayloadKeys(config.masterKeyFile ?? ownMasterKey(config.dataDir), 'HOLDFAST_MASTER_KEY_FILE');
}

/** Made once, whole or not at all: of processes that start together one makes it, and all read it. */
function ownMasterKey(dataDir: string): string {
  const file = join(dataDir, 'master.key');
  const made = `${file}.${process.pid}`;
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(made, `local ${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(made, { force: true });
  }
  return file;
}
