import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startScriptedRuntime } from './scripted-runtime.js';
import type { Script } from './script.js';

/**
 * The scripted runtime as a process of its own: `main.js --port N --script MODULE [--models a,b] [--keep N]`, where
 * the module's default export is a Script. Prints one line with the address once it listens.
 */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, script: { type: 'string' }, models: { type: 'string' }, keep: { type: 'string', default: '0' } },
});
if (!values.script) {
  process.stderr.write('scripted runtime: --script MODULE is missing\n');
  process.exit(2);
}
const { default: script } = (await import(pathToFileURL(resolve(values.script)).href)) as { default: Script };
const runtime = await startScriptedRuntime({
  script,
  port: Number(values.port),
  keepRequests: Number(values.keep),
  ...(values.models && { models: values.models.split(',') }),
});
process.stdout.write(`scripted runtime ready at ${runtime.url}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void runtime.stop().then(() => process.exit(0)));
}
