import { parseArgs } from 'node:util';
import { createRuntimes, type Runtime } from '#models';
import { ConfigError, loadStackConfig, type RuntimesConfig, runtimesOf } from '#platform';

export type RuntimeChoice = { config: RuntimesConfig; runtime: Runtime; model: string; contextTokens: number; values: { json?: string; help?: boolean } };

export const RUNTIME_HELP = `  --runtime ID      a configured runtime (default: the one of HOLDFAST_RUNTIME_URL)
  --url URL         a runtime at this address instead
  --kind KIND       what --url is: ollama, openai or embedded (default: HOLDFAST_RUNTIME, else ollama)
  --model NAME      the model (default: HOLDFAST_MODEL)
  --data DIR        folder with the configuration (default: .holdfast/data)
  --json FILE       write the result as JSON (- for the terminal)`;

/** Options of commands that talk to a runtime themselves, without a stack. */
export function parseRuntimeOptions(args: string[]): RuntimeChoice {
  const { values } = parseArgs({
    args,
    options: { runtime: { type: 'string' }, url: { type: 'string' }, kind: { type: 'string' }, model: { type: 'string' }, data: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean' } },
  });
  const over = { HOLDFAST_RUNTIME_URL: values.url, HOLDFAST_RUNTIME: values.kind, HOLDFAST_MODEL: values.model, HOLDFAST_DATA_DIR: values.data };
  const given = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined));
  const stack = loadStackConfig({ ...process.env, ...given });
  const config = runtimesOf(stack);
  const id = values.runtime ?? config.runtime;
  const runtime = createRuntimes(config).get(id);
  if (!runtime) throw new ConfigError('--runtime', `there is no runtime ${id}`, `The runtimes are ${config.runtimes.map((r) => r.id).join(', ')}`);
  const routed = config.roles.main.find(({ runtimeId }) => runtimeId === id);
  return { config, runtime, model: values.model ?? routed?.model ?? config.model, contextTokens: stack.contextTokens, values };
}
