export {
  type AuthConfig,
  type Config,
  CONFIG_FILE,
  ConfigError,
  describeConfig,
  type Environment,
  loadConfig,
  loadStackConfig,
  type RoleRoutes,
  type ConfiguredRuntime,
  type RuntimesConfig,
  runtimesOf,
  type OidcConfig,
  PROJECT_ROOT,
  RUNTIME_KINDS,
  type RuntimeKind,
  type SettingDescription,
  type Settings,
  type StackConfig,
} from './config/index.js';
export { createLogger, describeError, type Logger } from './logging/logger.js';
export { isSummary } from './temporal/is-summary.js';
export { createDataConverter, FAILURE_CONVERTER_PATH } from './temporal/data-converter.js';
export { type DeployedVersion, listVersions, makeCurrent } from './temporal/deployment.js';
export { temporalConnection, type TemporalConnection } from './temporal/connection.js';
export { countPollers } from './temporal/pollers.js';
export { registerSearchAttributes, wrongAttribute } from './temporal/search-attributes.js';
export { runStartOptions, type RunStartOptions, type RunToStart } from './temporal/run-start.js';
export { overlapPolicy, type ScheduleState, syncSchedule } from './temporal/schedule-sync.js';
export { masterKeys } from './keys/master-keys.js';
export { AddressRefused, createPublicHosts, isPrivateAddress, type PublicHosts } from './public-hosts.js';
export { seededRandom } from './seeded-random.js';
