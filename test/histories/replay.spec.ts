import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protocol from '@temporalio/proto';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows } from '#apps/worker/src/bundle';
import { FAILURE_CONVERTER_PATH } from '#platform';

jest.setTimeout(60_000);
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });

const { History } = protocol.temporal.api.history.v1;
const versions = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
const files = versions.flatMap((version) => readdirSync(join(import.meta.dirname, version)).map((file) => `${version}/${file}`));

/** Runs that began under an earlier version of the workflow's code go on under this one. */
describe('recorded histories replay against the workflow as it is now', () => {
  let workflowBundle: WorkflowBundle;
  beforeAll(async () => void (workflowBundle = await bundleWorkflows()));

  const replay = (file: string, change: (json: string) => string = (json) => json): Promise<void> => {
    const json = JSON.parse(change(readFileSync(join(import.meta.dirname, file), 'utf8'))) as object;
    return Worker.runReplayHistory({ workflowBundle, dataConverter: { failureConverterPath: FAILURE_CONVERTER_PATH } }, History.fromObject(json), 'run-recorded');
  };

  it.each(files)('%s', (file) => replay(file));

  it('knows a history that this workflow would not have made', async () => {
    await expect(replay('v1/plain.json', (json) => json.replaceAll('"finishRun"', '"askPerson"'))).rejects.toThrow(/[Nn]ondeterminism/);
  });

  it('holds one of each path', () => {
    const names = new Set(files.map((f) => f.replace(/^v\d+\//, '').replace(/(-\d+)?\.json$/, '')));
    expect([...names].sort()).toEqual(['approved', 'cancelled', 'compacted', 'continued', 'failed', 'forked', 'judged', 'paused', 'plain', 'retry', 'rewound', 'steered', 'waiting']);
  });
});
