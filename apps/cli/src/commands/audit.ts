import { ALL_TENANTS, listAuditedTenants, verifyAudit } from '#store';
import { local } from '../command.js';
import { withDatabase } from '../database.js';
import { EXIT, UsageError } from '../remote/exit-codes.js';

/** Checks the audit log. */
export const audit = local({
  help: 'check that nobody has changed the audit log',
  usage: `audit verify

Follows the audit log's chain of hashes from the first row to the last, for every tenant, and says which row was
changed, taken out or put in. Reads Postgres at DATABASE_URL and changes nothing.

Exits with ${EXIT.done} where the chain holds, ${EXIT.unsound} where it is broken.`,
  args: 1,
  most: 1,
  async run({ out, args }) {
    if (args[0] !== 'verify') throw new UsageError(`audit: there is no ${args[0]}, only verify`);
    const data = await withDatabase('holdfast-audit', (transact) =>
      transact(ALL_TENANTS, async (tx) => {
        const checks = [];
        for (const tenantId of await listAuditedTenants(tx)) checks.push({ tenantId, ...(await verifyAudit(tx, tenantId)) });
        return checks;
      }),
    );
    out.result({ data }, () => data.map(({ tenantId, broken, entries }) => `tenant ${tenantId}: ${broken ? `entry ${broken.n} ${broken.why}` : `${entries} entries, the chain holds`}`).join('\n') || 'There is no entry yet.');
    return data.some(({ broken }) => broken) ? EXIT.unsound : EXIT.done;
  },
});
