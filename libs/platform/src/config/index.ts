export type { AuthConfig, OidcConfig } from './auth-settings.js';
export type { Config, StackConfig } from './config.js';
export { ConfigError } from './config-error.js';
export { describeConfig, type SettingDescription } from './describe-config.js';
export { CONFIG_FILE, type Environment, loadConfig, loadStackConfig, type RuntimesConfig, runtimesOf } from './load-config.js';
export { PROJECT_ROOT } from './project-root.js';
export { RUNTIME_KINDS, type RuntimeKind, type Settings } from './schema.js';
export type { ConfiguredRuntime, RoleRoutes } from './resolve-runtimes.js';
export type { RuntimeSetting } from './runtime-settings.js';
