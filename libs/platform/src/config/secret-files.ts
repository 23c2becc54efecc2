import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.js';

/** Settings that are secret as a whole, and can be given as `NAME_FILE`: a file that holds nothing else. */
const FROM_FILES = ['DATABASE_URL', 'DATABASE_DIRECT_URL'] as const;

/**
 * The settings with those filled in that a file holds. One that is given itself goes before.
 * @throws ConfigError where a file cannot be read
 */
export function withSecretFiles(given: Record<string, unknown>): Record<string, unknown> {
  const filled = { ...given };
  for (const name of FROM_FILES) {
    const file = given[`${name}_FILE`];
    if (typeof file === 'string' && filled[name] === undefined) filled[name] = read(`${name}_FILE`, file);
  }
  return filled;
}

function read(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(variable, `${file} can't be read (${(error as NodeJS.ErrnoException).code})`, 'Make it readable for this process');
  }
}
