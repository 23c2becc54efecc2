import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

/** File of the authority that signed the certificate; no system trusts it. */
export const CA_FILE = join(import.meta.dirname, 'ca.pem');

/** A server's certificate for `localhost`, of an authority made for these tests whose own key was thrown away. */
export const testTls = (): { key: string; cert: string } => ({ key: read('server.key'), cert: read('server.pem') });
export const testCa = (): string => read('ca.pem');
