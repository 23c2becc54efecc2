import { METADATA_ENCODING_KEY, type Payload } from '@temporalio/common';

const JSON_PLAIN = 'json/plain';
/** How JSON begins a text, and nothing else. */
const QUOTE = 0x22;
const MOST_BYTES = 2_000;

/**
 * Whether a payload is a summary or current details, which Temporal's Web UI shows: a short text. Inputs and results
 * are objects, so nothing else looks like it; such texts are made of step numbers, names, outcomes and verdicts.
 */
export function isSummary({ metadata, data }: Payload): boolean {
  return data !== null && data !== undefined && data.length <= MOST_BYTES && data[0] === QUOTE && Buffer.from(metadata?.[METADATA_ENCODING_KEY] ?? []).toString() === JSON_PLAIN;
}
