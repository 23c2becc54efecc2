import { DEFAULT_CONFIG } from '#drift';
import type { QueuePlace, RunSummary, RunView } from '#contracts';
import type { Config } from '#platform';
import type { RunRecord } from '#store';

const THRESHOLDS: RunView['drift']['thresholds'] = { suspect: DEFAULT_CONFIG.suspectAt, overthinking: DEFAULT_CONFIG.overthinkingAt, overacting: DEFAULT_CONFIG.overactingAt };

type Link = Pick<Config, 'temporalUiUrl' | 'temporalNamespace'>;

/** A stored run as the API shows it, with the link to its story in Temporal's Web UI. */
export function viewRun(record: RunRecord, link: Link): RunView {
  const { workflowId, inboxSeq: _, drift, ...run } = record;
  const webUrl = link.temporalUiUrl ? `${link.temporalUiUrl}/namespaces/${encodeURIComponent(link.temporalNamespace)}/workflows/${workflowId}` : null;
  return { ...run, drift: { ...drift, thresholds: THRESHOLDS }, temporal: { workflowId, webUrl } };
}

export function summarizeRun(record: RunRecord, link: Link): RunSummary {
  const { input: _input, result: _result, ...summary } = viewRun(record, link);
  return summary;
}

/** Changes whenever something of the run did, its place in a queue too; not with the seconds that a limit counts. */
export function etagOf(record: RunRecord, queue: QueuePlace | null): string {
  const waits = queue ? `.q${queue.place}.${queue.estimatedWaitSeconds}.${queue.gates}` : '';
  return `W/"${record.lastEvent}.${record.inboxSeq}${waits}"`;
}
