import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT } from '#contracts';
import { local } from '../command.js';
import { insertTenant, listTenants, withDatabase } from '../database.js';
import { EXIT, UsageError } from '../remote/exit-codes.js';

/** Makes and lists tenants. No route of the API does: each of them is within one tenant. */
export const tenants = local({
  help: 'make and list tenants',
  usage: `tenants list
holdfast tenants create NAME

Tenants see nothing of each other. There is one at first, \`local\`. Reads and writes Postgres at DATABASE_URL; a first
key of a new one is made with \`holdfast api-keys create --database --tenant NAME\`.`,
  args: 1,
  most: 2,
  async run({ out, args }) {
    const [verb, name] = args;
    if (!(verb === 'list' && name === undefined) && !(verb === 'create' && name)) throw new UsageError('tenants: list, or create NAME');
    const data = await withDatabase('holdfast-tenants', (transact) =>
      transact(LOCAL_TENANT, async (tx) => {
        if (name && !(await insertTenant(tx, { tenantId: uuidv7(), name }))) throw new UsageError(`There is a tenant ${name} already`);
        return (await listTenants(tx)).filter((tenant) => !name || tenant.name === name);
      }),
    );
    out.result({ data }, () => data.map((tenant) => `${tenant.tenantId}  ${tenant.name}`).join('\n'));
    return EXIT.done;
  },
});
