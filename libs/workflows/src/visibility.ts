import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';

const AGENT = defineSearchAttributeKey('HoldfastAgent', SearchAttributeType.KEYWORD);
const TENANT = defineSearchAttributeKey('HoldfastTenant', SearchAttributeType.KEYWORD);
const STATUS = defineSearchAttributeKey('HoldfastStatus', SearchAttributeType.KEYWORD);
const VERDICT = defineSearchAttributeKey('HoldfastVerdict', SearchAttributeType.KEYWORD);
const STEP = defineSearchAttributeKey('HoldfastStep', SearchAttributeType.INT);
const STEP_EVERY = 50;

/** What a run that is started from a workflow is found by. */
export function startAttributes(agent: string, tenantId: string): SearchAttributePair[] {
  return [
    { key: AGENT, value: agent },
    { key: STATUS, value: 'queued' },
    { key: TENANT, value: tenantId },
  ];
}

/** Each upsert is an event and a visibility write: only changes, and the step every 50. */
export function showStatus(status: string): void {
  if (workflowInfo().typedSearchAttributes.get(STATUS) !== status) upsertSearchAttributes([{ key: STATUS, value: status }]);
}

export function showStep(step: number, verdict: string): void {
  const changed = (workflowInfo().typedSearchAttributes.get(VERDICT) ?? 'ok') !== verdict;
  if (changed) upsertSearchAttributes([{ key: VERDICT, value: verdict }]);
  if (step % STEP_EVERY === 0) upsertSearchAttributes([{ key: STEP, value: step }]);
}
