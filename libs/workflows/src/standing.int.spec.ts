import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/activity';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { v7 as uuidv7 } from 'uuid';
import { bundleWorkflows } from '#apps/worker/src/bundle';
import { WORKFLOWS } from '#contracts';
import { timeSkippingServer } from '#test/setup/servers';

jest.setTimeout(60_000);
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });

/** The workflows that never end, on Temporal's time-skipping server: hours pass in milliseconds. */
describe('standing workflows', () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => void (env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path: timeSkippingServer() } } })));
  afterAll(() => env?.teardown());

  /** Names of the activities that a workflow called within a time, each with the minute in which it did. */
  async function calls(workflow: string, minutes: number, activities: Record<string, () => void>): Promise<{ name: string; minute: number }[]> {
    const taskQueue = uuidv7();
    const told: { name: string; minute: number }[] = [];
    const start = await env.currentTimeMs();
    const noted = Object.fromEntries(
      Object.entries(activities).map(([name, act]) => [
        name,
        async () => {
          told.push({ name, minute: Math.round(((await env.currentTimeMs()) - start) / 60_000) });
          act();
        },
      ]),
    );
    const worker = await Worker.create({ connection: env.nativeConnection, taskQueue, workflowBundle: await bundleWorkflows(), activities: noted });
    return worker.runUntil(async () => {
      const handle = await env.client.workflow.start(workflow, { workflowId: taskQueue, taskQueue });
      await env.sleep(minutes * 60_000);
      await handle.terminate();
      return told;
    });
  }

  it('what is no longer kept is removed at once, and every hour after', async () => {
    const told = await calls(WORKFLOWS.retention, 190, { sweep: () => undefined });
    expect(told.map((t) => t.minute)).toEqual([0, 60, 120, 180]);
  });

  it('a pass of the reconciler that fails holds no delivery up, and the next one comes', async () => {
    const told = await calls(WORKFLOWS.reconciler, 1, {
      reconcileRuns: () => {
        throw ApplicationFailure.create({ type: 'internal', message: 'a row that cannot be mended' });
      },
      handOverDeliveries: () => undefined,
    });
    expect(told.length).toBeGreaterThan(10);
    expect(told.map((t) => t.name).slice(0, 6)).toEqual(['reconcileRuns', 'handOverDeliveries', 'reconcileRuns', 'handOverDeliveries', 'reconcileRuns', 'handOverDeliveries']);
  });
});
