import { execFile } from 'node:child_process';
import { HoldfastError } from '#contracts';
import type { MasterKey } from './run-keys.js';

const LIMIT_MS = 15_000;
const MOST_BYTES = 64 * 1024;
const ID = /^[\w.:/@+=-]{1,200}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * A key management service behind a command of the operator's. It gets base64 on standard input and never on its command line:
 *
 * - `COMMAND wrap`: a key of 32 bytes in; out comes one line, the name of the master key that wrapped it and what it became in base64.
 * - `COMMAND unwrap NAME`: what it became in; out comes the key in base64.
 *
 * An exit status other than 0 is a failure; what it wrote to standard error is shown to nobody but its own log.
 */
export function commandMasterKey([file = '', ...args]: readonly string[]): MasterKey {
  const call = async (how: string[], input: Buffer): Promise<string[]> => (await run(file, [...args, ...how], input.toString('base64'))).trim().split(/\s+/);
  return {
    async wrap(key) {
      const [masterId = '', wrapped = ''] = await call(['wrap'], key);
      if (!ID.test(masterId) || !BASE64.test(wrapped)) throw failed('wrap', 'gave no name and base64');
      return { masterId, wrapped: Buffer.from(wrapped, 'base64') };
    },
    async unwrap(masterId, wrapped) {
      const [key = ''] = await call(['unwrap', masterId], wrapped);
      if (!BASE64.test(key)) throw failed('unwrap', 'gave no base64');
      return Buffer.from(key, 'base64');
    },
  };
}

function run(file: string, args: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { timeout: LIMIT_MS, maxBuffer: MOST_BYTES, windowsHide: true }, (error, stdout) => {
      // The error would carry the command's output, and with it a key: what is passed on is how it ended.
      if (error) reject(failed(args.at(-2) === 'unwrap' ? 'unwrap' : args.at(-1)!, error.killed ? `did not answer within ${LIMIT_MS / 1_000} s` : typeof error.code === 'number' ? `ended with ${error.code}` : `could not be started (${error.code ?? 'no reason'})`));
      else resolve(stdout);
    });
    child.stdin!.on('error', () => undefined);
    child.stdin!.end(`${input}\n`);
  });
}

const failed = (what: string, how: string): HoldfastError => new HoldfastError('key_missing', `HOLDFAST_MASTER_KEY_COMMAND ${what} ${how}. Without it the keys of sensitive runs can neither be made nor opened.`);
