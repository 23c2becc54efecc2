import type { RunRef, StepCandidate } from '#contracts';
import { getContent, hashOf, putContents } from './contents.js';
import type { Tx } from './pool.js';
import type { StepKey } from './steps.js';

export type NewCandidate = Omit<StepCandidate, 'attempt'> & { text: string };

/** Keeps all turns that were drawn for an attempt, in the transaction that commits the chosen one. Sends all that it sends at once. */
export async function insertCandidates(tx: Tx, key: StepKey, candidates: NewCandidate[]): Promise<void> {
  const texts = candidates.map(({ text }) => text);
  const rows = candidates.map(({ text, ...candidate }) => ({ ...candidate, hash: hashOf(key.tenantId, text).toString('hex') }));
  await Promise.all([
    putContents(tx, key.tenantId, texts),
    tx.query(
      `insert into step_candidates (tenant_id, run_id, step, attempt, n, chosen, score, valid, seed, body_hash, prompt_tokens, output_tokens, thinking_tokens, ms)
       select $1, $2, $3, $4, c.n, c.chosen, c.score, c.valid, c.seed, decode(c.hash, 'hex'), c."promptTokens", c."outputTokens", c."thinkingTokens", c.ms
       from jsonb_to_recordset($5::jsonb) as c(n smallint, chosen boolean, score real, valid boolean, seed bigint, hash text, "promptTokens" int, "outputTokens" int, "thinkingTokens" int, ms int)
       on conflict do nothing`,
      [key.tenantId, key.runId, key.step, key.attempt, JSON.stringify(rows)],
    ),
  ]);
}

/** The turns that were drawn for a step, in their order; what they say is content, given where it is asked for. */
export async function readCandidates(tx: Tx, ref: RunRef, step: number, content: boolean): Promise<StepCandidate[]> {
  const { rows } = await tx.query<StepCandidate & { bodyHash: Buffer }>(
    `select attempt, n, chosen, score, valid, seed, prompt_tokens as "promptTokens", output_tokens as "outputTokens", thinking_tokens as "thinkingTokens", ms, body_hash as "bodyHash"
     from step_candidates where tenant_id = $1 and run_id = $2 and step = $3 order by attempt, n`,
    [ref.tenantId, ref.runId, step],
  );
  const found: StepCandidate[] = [];
  for (const { bodyHash, ...candidate } of rows) found.push(content ? { ...candidate, text: await getContent(tx, ref.tenantId, bodyHash) } : candidate);
  return found;
}
