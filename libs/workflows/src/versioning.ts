import { workflowInfo } from '@temporalio/workflow';

/** For a workflow that never ends, while workers of its version do. A worker without a version may not name a behaviour: Temporal refuses its tasks. */
export function autoUpgrade(): { versioningBehavior?: 'AUTO_UPGRADE' } {
  return workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {};
}
