import { readFileSync } from 'node:fs';
import { MODEL_ROLES, type ModelRef, type ModelRole } from '#contracts';
import { ConfigError } from './config-error.js';
import type { RoleSettings, RuntimeSetting } from './runtime-settings.js';

/** A runtime as processes use it; `apiKey` was read from its file and is never logged. */
export type ConfiguredRuntime = Omit<RuntimeSetting, 'keyFile' | 'caFile'> & { readonly apiKey: string | undefined; readonly ca: string | undefined };
export type RoleRoutes = Readonly<Record<ModelRole, readonly ModelRef[]>>;

/** Of a runtime on loopback nobody in between can read; a hosted one needs TLS to keep its key. */
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host) || host.endsWith('.localhost');

/**
 * Checks every runtime against the allow-list and reads its key.
 * @throws ConfigError for a host that is not listed, a key that would travel in clear, an id that stands twice.
 */
export function resolveRuntimes(settings: readonly RuntimeSetting[], allowedHosts: readonly string[]): ConfiguredRuntime[] {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const ids = new Set<string>();
  return settings.map(({ keyFile, caFile, ...setting }) => {
    if (ids.has(setting.id)) throw new ConfigError('HOLDFAST_RUNTIMES', `two runtimes have the id ${setting.id}`, 'Give each its own id');
    ids.add(setting.id);
    const { hostname, protocol } = new URL(setting.url);
    const host = hostname.toLowerCase();
    if (!isLoopback(host) && !allowed.has(host.replace(/^\[|\]$/g, '')))
      throw new ConfigError('HOLDFAST_RUNTIME_HOSTS', `the runtime ${setting.id} is on ${host}, which is not in the allow-list`, 'Add the host there if prompts and documents may go to it; loopback needs no entry');
    if (keyFile && protocol !== 'https:' && !isLoopback(host)) throw new ConfigError('HOLDFAST_RUNTIMES', `the key of ${setting.id} would travel in clear`, 'Use an https address');
    return { ...setting, apiKey: keyFile === undefined ? undefined : readKey(setting.id, keyFile), ca: caFile === undefined ? undefined : readCa(setting.id, caFile) };
  });
}

function readKey(id: string, file: string): string {
  const key = read(file, `the key file of ${id}`).trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new ConfigError('HOLDFAST_RUNTIMES', `the key file of ${id} holds no key`, 'It holds one line: the key');
}

function readCa(id: string, file: string): string {
  const ca = read(file, `the CA file of ${id}`);
  if (ca.includes('-----BEGIN CERTIFICATE-----')) return ca;
  throw new ConfigError('HOLDFAST_RUNTIMES', `the CA file of ${id} holds no certificate`, 'It holds certificates in PEM');
}

function read(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError('HOLDFAST_RUNTIMES', `${what} can't be read (${(error as NodeJS.ErrnoException).code})`, 'Make it readable for this process');
  }
}

/** Every role's routes: what is configured, else those of `main`, else the default model. */
export function resolveRoles(roles: RoleSettings, runtimes: readonly ConfiguredRuntime[], defaults: { main: ModelRef; embed: ModelRef }): RoleRoutes {
  const routesOf = (role: ModelRole): ModelRef[] => {
    const given = roles[role]?.map(toRef);
    if (given) return given;
    if (role === 'embed') return [defaults.embed];
    return role === 'main' ? [defaults.main] : routesOf('main');
  };
  const resolved = Object.fromEntries(MODEL_ROLES.map((role) => [role, routesOf(role)])) as Record<ModelRole, ModelRef[]>;
  for (const { runtimeId } of Object.values(resolved).flat()) {
    if (runtimes.some(({ id }) => id === runtimeId)) continue;
    throw new ConfigError('HOLDFAST_ROLES', `there is no runtime ${runtimeId}`, `The runtimes are ${runtimes.map(({ id }) => id).join(', ')}`);
  }
  return resolved;
}

function toRef(route: string): ModelRef {
  const slash = route.indexOf('/');
  return { runtimeId: route.slice(0, slash), model: route.slice(slash + 1) };
}
