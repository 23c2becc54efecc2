import type { JudgeAnswer, JudgeVerdict, RunRef } from '#contracts';
import { getJson, putContents } from './contents.js';
import type { Tx } from './pool.js';

/**
 * Keeps a verdict and counts its cost on the run, once: what a step was judged as first stands. A run that was deleted
 * meanwhile keeps none. Call under the run's lock.
 */
export async function insertJudgeVerdict(tx: Tx, ref: RunRef, v: JudgeVerdict): Promise<void> {
  const [answerHash] = v.answer ? await putContents(tx, ref.tenantId, [JSON.stringify(v.answer)]) : [null];
  await tx.query(
    `with kept as (
       insert into judge_verdicts (tenant_id, run_id, step, from_step, runtime_id, model, label, dropped, overthinking, overacting, confidence, confirmed, evidence_steps, answer_hash, samples, prompt_tokens, output_tokens, ms)
       select $1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18 where exists (select 1 from runs where tenant_id = $1 and run_id = $2)
       on conflict do nothing returning prompt_tokens, output_tokens, ms)
     update run_heads h set judge_verdicts = judge_verdicts + 1, judge_prompt_tokens = judge_prompt_tokens + kept.prompt_tokens, judge_output_tokens = judge_output_tokens + kept.output_tokens, judge_ms = judge_ms + kept.ms
     from kept where h.tenant_id = $1 and h.run_id = $2`,
    [ref.tenantId, ref.runId, v.step, v.fromStep, v.runtimeId, v.model, v.label, v.dropped, v.overthinking, v.overacting, v.confidence, v.confirmed, v.steps, answerHash, v.samples, v.promptTokens, v.outputTokens, v.ms],
  );
}

type Row = Omit<JudgeVerdict, 'answer'> & { answerHash: Buffer | null };

/** What was said of a step, or null. The judge's words are content, given where they are asked for. */
export async function readJudgeVerdict(tx: Tx, ref: RunRef, step: number, content = false): Promise<JudgeVerdict | null> {
  const { rows } = await tx.query<Row>({
    name: 'read-judge-verdict',
    text: `select step, from_step as "fromStep", runtime_id as "runtimeId", model, label, dropped, overthinking, overacting, confidence, confirmed, evidence_steps as steps, samples, prompt_tokens as "promptTokens", output_tokens as "outputTokens", ms, answer_hash as "answerHash"
           from judge_verdicts where tenant_id = $1 and run_id = $2 and step = $3`,
    values: [ref.tenantId, ref.runId, step],
  });
  if (!rows[0]) return null;
  const { answerHash, ...verdict } = rows[0];
  return content && answerHash ? { ...verdict, answer: (await getJson(tx, ref.tenantId, answerHash)) as JudgeAnswer } : verdict;
}
