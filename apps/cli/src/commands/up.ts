import { UP_HELP } from '#bootstrap/help';
import { startStack } from '#platform/stack';
import { firstKeyFile } from '../api-key.js';
import { parseStackOptions, STACK_OPTIONS } from '../stack-options.js';
import { listenForStop } from '../stop-request.js';

const say = (message: string): void => console.error(`• ${message}`);

/** Starts the stack and stays in the foreground until SIGINT or SIGTERM. */
export const up = {
  help: 'start the stack and stay in the foreground',
  options: STACK_OPTIONS,
  async run(args: string[]): Promise<number> {
    const { config, ports, values } = parseStackOptions(args);
    if (values['help']) {
      console.log(UP_HELP);
      return 0;
    }
    const stop = listenForStop();
    const probe = process.env['HOLDFAST_PROBE_AGENT'];
    const stack = await startStack({ config, ports, report: say, signal: stop.signal, ...(probe ? { env: { HOLDFAST_PROBE_AGENT: probe } } : {}) });
    say(stack.runtimeNote);
    const key = firstKeyFile(config);
    if (key) say(`Callers must show a key; a first one, with the role admin, is in ${key}`);
    const webUi = stack.temporalUiUrl === undefined ? '' : `, Temporal Web UI ${stack.temporalUiUrl}`;
    const where = { api: stack.apiUrl, console: `${stack.apiUrl}/console`, documentation: `${stack.apiUrl}/docs`, temporalUi: stack.temporalUiUrl ?? null, data: config.dataDir };
    if (values['json']) console.log(JSON.stringify(where));
    else console.log(`holdfast ready: API ${where.api}, console ${where.console}, documentation ${where.documentation}${webUi}, data ${where.data}`);
    await stop.asked;
    say('Stopping');
    await stack.stop();
    return 0;
  },
};
