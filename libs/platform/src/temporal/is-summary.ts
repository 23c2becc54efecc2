import { METADATA_ENCODING_KEY, type Payload } from '@temporalio/common';

const JSON_PLAIN = 'json/plain';
const MOST_BYTES = 200;

/**
 * Whether a payload is a summary or current details, which Temporal's Web UI shows: one short line of text. Inputs and
 * results are objects, so nothing else looks like it; summaries are made of step numbers, names and verdicts.
 */
export function isSummary({ metadata, data }: Payload): boolean {
  if (!data || data.length > MOST_BYTES || Buffer.from(metadata?.[METADATA_ENCODING_KEY] ?? []).toString() !== JSON_PLAIN) return false;
  const text: unknown = JSON.parse(Buffer.from(data).toString());
  return typeof text === 'string' && !/[\r\n]/.test(text);
}
