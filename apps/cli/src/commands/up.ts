import { startStack } from '#platform';
import { parseStackOptions, STACK_HELP } from '../stack-options.js';

/** Starts the stack and stays in the foreground until SIGINT or SIGTERM. */
export const up = {
  help: 'start the stack and stay in the foreground',
  async run(args: string[]): Promise<number> {
    const { config, ports, values } = parseStackOptions(args);
    if (values['help']) {
      console.log(`holdfast up [OPTIONS]\n\n${STACK_HELP}`);
      return 0;
    }
    let stop: () => void = () => process.exit(130);
    const asked = new Promise<void>((resolve) => (stop = resolve));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop());
    const stack = await startStack(config, ports, (message) => console.error(`• ${message}`), { probe: process.env['HOLDFAST_PROBE_AGENT'] === '1' });
    console.error(`• ${stack.runtimeNote}`);
    console.log(`holdfast ready: API ${stack.apiUrl}, documentation ${stack.apiUrl}/docs${stack.temporalUiUrl ? `, Temporal Web UI ${stack.temporalUiUrl}` : ''}, data ${config.dataDir}`);
    await asked;
    console.error('• Stopping');
    await stack.stop();
    return 0;
  },
};
