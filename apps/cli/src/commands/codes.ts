import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { LOCAL_TENANT } from '#contracts';
import { putCodes } from '#store';
import { local, pathOf, text } from '../command.js';
import { type Transact, withDatabase } from '../database.js';
import { EXIT, UsageError } from '../remote/exit-codes.js';

const AT_ONCE = 1_000;

/** Brings code lists. */
export const codes = local({
  help: 'bring a code list that GET /v1/codes searches',
  usage: `codes load --system SYSTEM FILE

Brings a code list (ICD-10, SNOMED CT, LOINC, …) that you have the right to use into Postgres at DATABASE_URL, where
GET /v1/codes searches it. A line a code: the code, a tab or a comma, its words.`,
  args: 2,
  most: 2,
  options: { system: { type: 'string' } },
  async run({ out, args, values }) {
    const [verb, file] = args as [string, string];
    const system = text(values['system']);
    if (verb !== 'load' || !system) throw new UsageError('codes load: --system and a file are needed');
    const count = await withDatabase('holdfast-codes', (transact) => load(transact, system, pathOf(file))).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new UsageError(`${file} is not there`) : error;
    });
    out.result({ system, codes: count }, () => `${count} codes of ${system}`);
    return EXIT.done;
  },
});

async function load(transact: Transact, system: string, file: string): Promise<number> {
  const flush = (batch: Map<string, string>): Promise<void> => transact(LOCAL_TENANT, (tx) => putCodes(tx, LOCAL_TENANT, system, [...batch].map(([code, display]) => ({ code, display }))));
  const batch = new Map<string, string>();
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
    const found = /^\s*"?([^",\t]+)"?\s*[,\t]\s*"?(.+?)"?\s*$/.exec(line);
    if (!found) continue;
    batch.set(found[1]!.trim(), found[2]!);
    count++;
    if (batch.size < AT_ONCE) continue;
    await flush(batch);
    batch.clear();
  }
  await flush(batch);
  return count;
}
