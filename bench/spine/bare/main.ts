import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

/** Task queue of the bare workflow. */
export const BARE_QUEUE = 'bench-bare';

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(`./workflow.${extension}`, import.meta.url)), logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({ connection, taskQueue: BARE_QUEUE, workflowBundle, activities: { nothing: async (input: { step: number }) => input } });
  const running = worker.run();
  console.log('bare worker ready');
  await running;
  await connection.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
