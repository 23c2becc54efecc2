import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/config-error.js';

export interface PayloadKeys {
  /** Encrypts; the others only decrypt what was written before a rotation. */
  readonly active: string;
  /** 32 bytes by key id. */
  readonly byId: ReadonlyMap<string, Buffer>;
}

const KEY_BYTES = 32;

/** Reads lines of `id base64`; blank lines and lines that begin with # are skipped. @throws ConfigError naming `variable` */
export function readPayloadKeys(file: string, variable = 'HOLDFAST_PAYLOAD_KEY_FILE'): PayloadKeys {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(variable, `${file} can't be read (${(error as NodeJS.ErrnoException).code})`, makeOne(file));
  }
  return parseKeys(text, variable, file);
}

/** `where`: what the keys came from, for whoever reads the error. */
export function parseKeys(text: string, variable: string, where: string): PayloadKeys {
  const entries = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => parseLine(line, variable, where));
  const first = entries[0];
  if (first === undefined) throw new ConfigError(variable, `${where} holds no key`, makeOne(where));
  const byId = new Map(entries);
  if (byId.size !== entries.length) throw new ConfigError(variable, `${where} names a key id twice`, 'Give every key an id of its own');
  return { active: first[0], byId };
}

function parseLine(line: string, variable: string, where: string): [string, Buffer] {
  const [id, encoded] = line.split(/\s+/);
  const key = Buffer.from(encoded ?? '', 'base64');
  if (id !== undefined && key.length === KEY_BYTES) return [id, key];
  throw new ConfigError(variable, `${where} has a line that isn't \`id base64-of-${KEY_BYTES}-bytes\``, makeOne(where));
}

function makeOne(file: string): string {
  return `Make one with: echo "k1 $(openssl rand -base64 ${KEY_BYTES})" > ${file} && chmod 600 ${file}`;
}
