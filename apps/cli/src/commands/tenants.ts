import { parseArgs } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT } from '#contracts';
import { SetupError } from '#bootstrap/setup-error';
import { insertTenant, listTenants, withDatabase } from '../database.js';

const HELP = `holdfast tenants list
holdfast tenants create NAME

Tenants see nothing of each other. There is one at first, \`local\`. Reads and writes Postgres at DATABASE_URL; a first
key of a new one is made with \`holdfast api-keys create --database --tenant NAME\`.`;

/** Makes and lists tenants. No route of the API does: each of them is within one tenant. */
export const tenants = {
  help: 'make and list tenants',
  async run(args: string[]): Promise<number> {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean' } } });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const [verb, name] = positionals;
    if (!(verb === 'list' && positionals.length === 1) && !(verb === 'create' && name && positionals.length === 2)) throw new SetupError('holdfast tenants list and holdfast tenants create NAME are what there is; --help says more.');
    return withDatabase('holdfast-tenants', (transact) =>
      transact(LOCAL_TENANT, async (tx) => {
        if (name && !(await insertTenant(tx, { tenantId: uuidv7(), name }))) throw new SetupError(`There is a tenant ${name} already.`);
        for (const tenant of await listTenants(tx)) if (!name || tenant.name === name) console.log(`${tenant.tenantId}  ${tenant.name}`);
        return 0;
      }),
    );
  },
};
