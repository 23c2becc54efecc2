import { parseArgs } from 'node:util';
import { loadStackConfig } from '#platform';
import { ALL_TENANTS, createPool, listAuditedTenants, verifyAudit, withTx } from '#store';
import { SetupError } from '#bootstrap/setup-error';

const HELP = `holdfast audit verify

Follows the audit log's chain of hashes from the first row to the last, for every tenant, and says which row was
changed, taken out or put in. Reads Postgres at DATABASE_URL and changes nothing.

Exits with 0 where the chain holds, 3 where it is broken.`;
const BROKEN = 3;

/** Checks the audit log. */
export const audit = {
  help: 'check that nobody has changed the audit log',
  async run(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean' } } });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    if (positionals[0] !== 'verify' || positionals.length > 1) throw new SetupError('holdfast audit verify is what there is; --help says more.');
    const { databaseUrl } = loadStackConfig(process.env);
    if (!databaseUrl) throw new SetupError('DATABASE_URL says where Postgres is.');
    const pool = createPool(databaseUrl, { max: 1, name: 'holdfast-audit' });
    try {
      return await withTx(pool, ALL_TENANTS, async (tx) => {
        let broken = 0;
        for (const tenantId of await listAuditedTenants(tx)) {
          const check = await verifyAudit(tx, tenantId);
          if (check.broken) broken++;
          console.log(`tenant ${tenantId}: ${check.broken ? `entry ${check.broken.n} ${check.broken.why}` : `${check.entries} entries, the chain holds`}`);
        }
        return broken ? BROKEN : 0;
      });
    } finally {
      await pool.end();
    }
  },
};
