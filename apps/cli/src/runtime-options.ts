import { createRuntimes, type Runtime } from '#models';
import { ConfigError, loadStackConfig, type RuntimesConfig, runtimesOf } from '#platform';
import { type Options, pathOf, text, type Values } from './command.js';

export type RuntimeChoice = { config: RuntimesConfig; runtime: Runtime; model: string; contextTokens: number };

export const RUNTIME_OPTIONS: Options = { runtime: { type: 'string' }, url: { type: 'string' }, kind: { type: 'string' }, model: { type: 'string' }, data: { type: 'string' }, out: { type: 'string' } };
export const RUNTIME_HELP = `  --runtime ID     a configured runtime (default: the one of HOLDFAST_RUNTIME_URL)
  --url URL        a runtime at this address instead
  --kind KIND      what --url is: ollama, openai or embedded (default: HOLDFAST_RUNTIME, else ollama)
  --model NAME     the model (default: HOLDFAST_MODEL)
  --data DIR       folder with the configuration (default: .holdfast/data)
  --out FILE       write the JSON to a file too`;

/** What commands that talk to a runtime themselves, without a stack, were told to talk to. */
export function chosenRuntime(values: Values): RuntimeChoice {
  const [data, model] = [text(values['data']), text(values['model'])];
  const over = { HOLDFAST_RUNTIME_URL: text(values['url']), HOLDFAST_RUNTIME: text(values['kind']), HOLDFAST_MODEL: model, HOLDFAST_DATA_DIR: data && pathOf(data) };
  const given = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined));
  const stack = loadStackConfig({ ...process.env, ...given });
  const config = runtimesOf(stack);
  const id = text(values['runtime']) ?? config.runtime;
  const runtime = createRuntimes(config).get(id);
  if (!runtime) throw new ConfigError('--runtime', `there is no runtime ${id}`, `The runtimes are ${config.runtimes.map((r) => r.id).join(', ')}`);
  const routed = config.roles.main.find(({ runtimeId }) => runtimeId === id);
  return { config, runtime, model: model ?? routed?.model ?? config.model, contextTokens: stack.contextTokens };
}
