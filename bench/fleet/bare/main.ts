import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { PARENT_QUEUE } from './queue.js';

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS']! });
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workflowBundle = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL(`./workflow.${extension}`, import.meta.url)), logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({ connection, taskQueue: PARENT_QUEUE, workflowBundle });
  const running = worker.run();
  console.log('bare worker ready');
  await running;
  await connection.close();
}

await main();
