import { fileURLToPath } from 'node:url';
import { APART_QUEUE, BARE_QUEUE } from './queue.js';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(`./workflow.${extension}`, import.meta.url)), logger: new DefaultLogger('ERROR') });
  const activities = { nothing: async (input: { step: number }) => input };
  const worker = await Worker.create({ connection, taskQueue: BARE_QUEUE, workflowBundle, activities });
  const apart = await Worker.create({ connection, taskQueue: APART_QUEUE, activities });
  const running = Promise.all([worker.run(), apart.run()]);
  console.log('bare worker ready');
  await running;
  await connection.close();
}

await main();
