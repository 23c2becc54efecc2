import { ROLE_MEANS, ACCESS_ROLES } from '#contracts';
import { between, table } from './markers.mjs';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The routes of the OpenAPI document with the role that each names; `undefined` where one names none. */
export function routeRoles(document) {
  return Object.entries(document.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({ route: `${method.toUpperCase()} ${path}`, role: item[method]['x-role'] })));
}

/** docs/security.md with the tables that follow from the routes. */
export function securityPage(text, document) {
  const routes = routeRoles(document);
  const reads = routes.filter(({ role }) => role === 'viewer');
  const rows = ACCESS_ROLES.map((role) => [`\`${role}\``, ROLE_MEANS[role], routes.filter((r) => r.role === role).length]);
  const others = ['open', ...ACCESS_ROLES.filter((role) => role !== 'viewer')].flatMap((role) => routes.filter((r) => r.role === role).map(({ route }) => [`\`${route}\``, role === 'open' ? 'none' : `\`${role}\``]));
  const asked = reads.filter(({ route }) => !route.startsWith('GET')).map(({ route }) => [`\`${route}\``, '`viewer`']);
  return between(between(text, 'roles', table(['Role', 'May', 'Routes'], rows)), 'routes', table(['Route', 'Needs'], [...others, ...asked, ['every other `GET`', '`viewer`']]));
}
