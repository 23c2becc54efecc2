import type { Connection } from '@temporalio/client';
import { DEPLOYMENT } from '#contracts';

/**
 * Makes a version of the workers the current one: new runs go to it, and runs that have begun stay with the version
 * that they began with for as long as it has workers.
 * @throws ServiceError where no worker of that version has been there yet.
 */
export async function makeCurrent(connection: Connection, namespace: string, buildId: string): Promise<void> {
  await connection.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName: DEPLOYMENT, buildId, identity: 'holdfast', ignoreMissingTaskQueues: true });
}

export type DeployedVersion = { buildId: string; current: boolean; /** Runs of it are under way, or no longer. */ status: string };

/** The versions that Temporal knows of. */
export async function listVersions(connection: Connection, namespace: string): Promise<DeployedVersion[]> {
  const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({ namespace, deploymentName: DEPLOYMENT });
  const current = workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId;
  return (workerDeploymentInfo?.versionSummaries ?? []).map((v) => ({ buildId: v.deploymentVersion?.buildId ?? '', current: v.deploymentVersion?.buildId === current, status: STATES[Number(v.drainageStatus ?? 0)] ?? 'unknown' }));
}

const STATES: Record<number, string> = { 0: 'in use', 1: 'draining', 2: 'drained' };
