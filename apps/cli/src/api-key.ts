import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StackConfig } from '#platform';
import { SetupError } from '#bootstrap/setup-error';

/** Where an API that asks for keys and has none leaves the first one, in its data folder (apps/api/src/keys/first-key.ts). */
const FIRST_KEY_FILE = 'admin.key';

/** Headers that show the API a key: of HOLDFAST_API_KEY, else of the file that HOLDFAST_API_KEY_FILE names. @throws SetupError */
export function keyHeaders(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const key = env['HOLDFAST_API_KEY'] || fromFile(env['HOLDFAST_API_KEY_FILE']);
  return key ? { authorization: `Bearer ${key}` } : {};
}

function fromFile(file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    // The bootstrap starts commands in the project's folder.
    return readFileSync(resolve(process.env['INIT_CWD'] ?? process.cwd(), file), 'utf8').trim();
  } catch (error) {
    throw new SetupError(`HOLDFAST_API_KEY_FILE: ${file} can't be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** The same for a stack that this very process has started: the key that its API made for its owner will do. */
export function ownKeyHeaders({ dataDir, auth }: Pick<StackConfig, 'dataDir' | 'auth'>, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const given = keyHeaders(env);
  const first = firstKeyFile({ dataDir, auth });
  return !given['authorization'] && first !== null ? keyHeaders({ HOLDFAST_API_KEY_FILE: first }) : given;
}

/** Where the first key of an installation lies, while it does. */
export function firstKeyFile({ dataDir, auth }: Pick<StackConfig, 'dataDir' | 'auth'>): string | null {
  const file = join(dataDir, FIRST_KEY_FILE);
  return auth.enabled && existsSync(file) ? file : null;
}
