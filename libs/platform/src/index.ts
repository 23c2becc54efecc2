export {
  type Config,
  CONFIG_FILE,
  ConfigError,
  describeConfig,
  type Environment,
  loadConfig,
  loadStackConfig,
  PROJECT_ROOT,
  RUNTIME_KINDS,
  type RuntimeKind,
  type SettingDescription,
  type Settings,
  type StackConfig,
} from './config/index.js';
export { createLogger, describeError, type Logger } from './logging/logger.js';
export { createDataConverter, FAILURE_CONVERTER_PATH } from './temporal/data-converter.js';
export * from './stack/embedded/index.js';
export { gemma270m } from './stack/setup/gemma.js';
export { llamaLibraries } from './stack/setup/llama.js';
export { minilmFolder, minilmGguf } from './stack/setup/minilm.js';
export { temporalTestServer } from './stack/setup/temporal-binaries.js';
export { type Report, type Setup, TOOLS_DIR } from './stack/setup/tools.js';
