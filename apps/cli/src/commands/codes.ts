import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { LOCAL_TENANT } from '#contracts';
import { loadStackConfig } from '#platform';
import { createPool, putCodes, withTx } from '#store';
import { SetupError } from '#bootstrap/setup-error';

const HELP = `holdfast codes load --system SYSTEM FILE

Brings a code list (ICD-10, SNOMED CT, LOINC, …) that you have the right to use into Postgres at DATABASE_URL, where
GET /v1/codes searches it. A line a code: the code, a tab or a comma, its words.`;
const AT_ONCE = 1_000;

/** Brings code lists. */
export const codes = {
  help: 'bring a code list that GET /v1/codes searches',
  async run(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { system: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const [verb, file] = positionals;
    if (verb !== 'load' || !file || !values.system) throw new SetupError('holdfast codes load --system SYSTEM FILE is what there is; --help says more.');
    const { databaseUrl } = loadStackConfig(process.env);
    if (!databaseUrl) throw new SetupError('DATABASE_URL says where Postgres is.');
    const pool = createPool(databaseUrl, { max: 1, name: 'holdfast-codes' });
    const flush = (batch: { code: string; display: string }[]): Promise<void> => withTx(pool, LOCAL_TENANT, (tx) => putCodes(tx, LOCAL_TENANT, values.system!, batch));
    try {
      const batch = new Map<string, string>();
      let count = 0;
      for await (const line of createInterface({ input: createReadStream(file, 'utf8') })) {
        const found = /^\s*"?([^",\t]+)"?\s*[,\t]\s*"?(.+?)"?\s*$/.exec(line);
        if (!found) continue;
        batch.set(found[1]!.trim(), found[2]!);
        count++;
        if (batch.size < AT_ONCE) continue;
        await flush([...batch].map(([code, display]) => ({ code, display })));
        batch.clear();
      }
      await flush([...batch].map(([code, display]) => ({ code, display })));
      console.log(`${count} codes of ${values.system}`);
      return 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new SetupError(`${file} is not there.`);
      throw error;
    } finally {
      await pool.end();
    }
  },
};
