import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { DEPLOYMENT } from '#contracts';

/**
 * Makes a version of the workers the current one: new runs go to it, and runs that have begun stay with the version
 * that they began with for as long as it has workers.
 * @throws ServiceError where no worker of that version has been there yet.
 */
export async function makeCurrent(connection: Connection, namespace: string, buildId: string): Promise<void> {
  await connection.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName: DEPLOYMENT, buildId, identity: 'holdfast', ignoreMissingTaskQueues: true });
}

export type DeployedVersion = { buildId: string; current: boolean; /** Whether new runs go to it, runs of it are under way, or neither. */ status: string };

/** gRPC's NOT_FOUND. */
const NOT_FOUND = 5;

/** The versions that Temporal knows of: none before the first worker with one. */
export async function listVersions(connection: Connection, namespace: string): Promise<DeployedVersion[]> {
  const { workerDeploymentInfo } = await connection.workflowService.describeWorkerDeployment({ namespace, deploymentName: DEPLOYMENT }).catch((error: unknown) => {
    if (isGrpcServiceError(error) && (error.code as number) === NOT_FOUND) return { workerDeploymentInfo: null };
    throw error;
  });
  const current = workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId;
  return (workerDeploymentInfo?.versionSummaries ?? []).map((v) => ({ buildId: v.deploymentVersion?.buildId ?? '', current: v.deploymentVersion?.buildId === current, status: STATES[Number(v.status ?? 0)] ?? 'unknown' }));
}

/** By Temporal's `WorkerDeploymentVersionStatus`. */
const STATES: Record<number, string> = { 1: 'not in use', 2: 'current', 3: 'ramping', 4: 'draining', 5: 'drained' };
