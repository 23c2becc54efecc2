import type { RunRef } from '#contracts';
import type { Tx } from '../pool.js';

export type BranchStep = {
  step: number;
  promptTokens: number;
  outputTokens: number;
  thinkingTokens: number;
  tools: string[];
  overthinking: number;
  overacting: number;
  verdict: string;
  /** Equal for steps whose messages are equal. */
  signature: string;
};

/** The steps that lead to `head`, oldest first. */
export async function readBranchSteps(tx: Tx, ref: RunRef, head: number): Promise<BranchStep[]> {
  const { rows } = await tx.query<BranchStep>(
    `with recursive chain as (
       select step, parent from steps where tenant_id = $1 and run_id = $2 and step = $3 and state = 'closed'
       union all
       select s.step, s.parent from chain join steps s on s.tenant_id = $1 and s.run_id = $2 and s.step = chain.parent
     )
     select s.step, s.prompt_tokens as "promptTokens", s.output_tokens as "outputTokens", s.thinking_tokens as "thinkingTokens",
            coalesce((select array_agg(c->>'tool' order by n) from jsonb_array_elements(s.digest->'calls') with ordinality as d(c, n)), '{}') as tools,
            coalesce((s.drift->>'overthinking')::float8, 0) as overthinking, coalesce((s.drift->>'overacting')::float8, 0) as overacting, coalesce(s.drift->>'verdict', 'ok') as verdict,
            coalesce((select md5(string_agg(m.role || encode(m.hash, 'hex'), ',' order by m.ordinal)) from messages m
              where m.tenant_id = $1 and m.run_id = $2 and m.step = s.step and (m.attempt = s.attempt or m.ordinal < 0)), '') as signature
     from chain join steps s on s.tenant_id = $1 and s.run_id = $2 and s.step = chain.step order by s.step`,
    [ref.tenantId, ref.runId, head],
  );
  return rows;
}
