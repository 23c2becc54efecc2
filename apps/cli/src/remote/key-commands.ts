import type { Operations } from '#client';
import { KEY_DAYS, LOCAL_TENANT, type AccessRole, ACCESS_ROLES } from '#contracts';
import { text, type Values, whole } from '../command.js';
import { EXIT, UsageError } from './exit-codes.js';
import { columns } from './output.js';
import type { Given, RemoteCommand } from './remote-command.js';

type CreatedKey = Operations['createKey']['answer'];

const apiKeys: RemoteCommand = {
  help: 'make, list, rotate and revoke API keys',
  usage: `api-keys list [--limit N]
holdfast api-keys create --name NAME --role ROLE [--role ROLE] [--days N] [--per-second N] [--principal ID]
holdfast api-keys rotate KEY [--grace SECONDS] [--days N]
holdfast api-keys revoke KEY

ROLE is ${ACCESS_ROLES.join(', ')}. A key is shown once. Without --days it works for ${KEY_DAYS} days.
With --database, create writes to Postgres at DATABASE_URL in place of asking the API: for a first key, or where all
were lost. --tenant NAME names whose key it is then (default: local).`,
  args: 1,
  options: { name: { type: 'string' }, role: { type: 'string', multiple: true }, days: { type: 'string' }, 'per-second': { type: 'string' }, principal: { type: 'string' }, grace: { type: 'string' }, database: { type: 'boolean' }, tenant: { type: 'string' }, limit: { type: 'string' } },
  async run(given) {
    const [part, id] = given.args;
    if (part === 'list') return list(given);
    if (part === 'create') return create(given);
    if (part !== 'rotate' && part !== 'revoke') throw new UsageError(`api-keys: there is no ${part}`);
    if (!id) throw new UsageError(`api-keys ${part}: which key? \`api-keys list\` shows their ids`);
    return part === 'rotate' ? rotate(given, id) : revoke(given, id);
  },
};

async function list({ client, out, values, signal }: Given): Promise<number> {
  const page = await client.listKeys({ query: { limit: whole('--limit', values['limit']) }, signal });
  out.result(page, () => columns([['key', 'name', 'roles', 'state', 'expires', 'last used'], ...page.data.map((k) => [k.id, k.name, k.roles.join(','), k.state, k.expiresAt.slice(0, 10), k.lastUsedAt?.slice(0, 16) ?? 'never'])]));
  return EXIT.done;
}

async function create(given: Given): Promise<number> {
  const { client, values, signal } = given;
  const name = text(values['name']);
  const roles = rolesOf(values);
  if (!name) throw new UsageError('api-keys create: --name says whose key it is');
  if (values['database']) return shown(given, await createInDatabase(name, roles, values));
  if (values['tenant']) throw new UsageError('--tenant goes with --database: the API makes keys of the tenant that asks');
  return shown(given, await client.createKey({ body: { name, roles, expiresInDays: whole('--days', values['days']), requestsPerSecond: whole('--per-second', values['per-second']), principalId: text(values['principal']) }, signal }));
}

async function rotate(given: Given, id: string): Promise<number> {
  const { client, values, signal } = given;
  return shown(given, await client.rotateKey({ path: { id }, body: { graceSeconds: whole('--grace', values['grace']), expiresInDays: whole('--days', values['days']) }, signal }));
}

async function revoke({ client, out, signal }: Given, id: string): Promise<number> {
  await client.revokeKey({ path: { id }, signal });
  out.result({ id, state: 'revoked' }, () => `${id} is revoked`);
  return EXIT.done;
}

/** The key alone goes to stdout, so that it can be sent into a file; what it is goes to stderr. */
function shown({ out }: Given, made: CreatedKey): number {
  out.progress(`${made.name} (${made.roles.join(', ')}), id ${made.id}, until ${made.expiresAt.slice(0, 10)}. The key is shown once:`);
  out.result(made, () => made.key);
  return EXIT.done;
}

function rolesOf(values: Values): AccessRole[] {
  const given = [values['role'] ?? []].flat().map(String);
  const unknown = given.find((role) => !ACCESS_ROLES.includes(role as AccessRole));
  if (unknown !== undefined || given.length === 0) throw new UsageError(`--role: ${unknown ?? 'none is given'}; the roles are ${ACCESS_ROLES.join(', ')}`);
  return given as AccessRole[];
}

async function createInDatabase(name: string, roles: AccessRole[], values: Values): Promise<CreatedKey> {
  const { findTenant, makeKey, withDatabase } = await import('../database.js');
  const tenant = text(values['tenant']);
  return withDatabase('holdfast-api-keys', async (transact) => {
    const tenantId = tenant === undefined ? LOCAL_TENANT : (await transact(LOCAL_TENANT, (tx) => findTenant(tx, tenant)))?.tenantId;
    if (!tenantId) throw new UsageError(`--tenant: there is no tenant ${tenant}; \`holdfast tenants create NAME\` makes one`);
    return transact(tenantId, (tx) => makeKey(tx, { tenantId, name, roles, expiresInDays: whole('--days', values['days']) ?? KEY_DAYS, requestsPerSecond: whole('--per-second', values['per-second']), principalId: text(values['principal']), by: null }));
  });
}

const whoami: RemoteCommand = {
  help: 'show who the API takes you for',
  usage: 'whoami',
  args: 0,
  async run({ client, out, signal }) {
    const me = await client.getPrincipal({ signal });
    out.result(me, () => columns([['name', 'roles', 'principal', 'tenant', 'by'], [me.name, me.roles.join(','), me.principalId, me.tenantId, me.authenticatedBy]]));
    return EXIT.done;
  },
};

export const KEY_COMMANDS = { 'api-keys': apiKeys, whoami };
