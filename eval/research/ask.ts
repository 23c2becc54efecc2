import { setTimeout as sleep } from 'node:timers/promises';
import { type ResearchInput, researchResultSchema } from '#agents/research/contract';
import { isLive, LOCAL_TENANT as tenantId, type RunView, runViewSchema } from '#contracts';
import { findQuote } from '#corpus';
import { type Pool, readPassages, withTx } from '#store';

/** `found`: whether the run answered at all; false is “Not in your library.” */
export type Asked = { status: string; reason: string | null; found: boolean; chosen: string | null; citations: number; standing: number; supported: number; claims: number; tokens: number; seconds: number };
export type Question = Partial<ResearchInput> & { question: string; choices: string[] };

/** How long a run may take, in seconds. */
const LONGEST = 900;

/** Runs the agent once over the REST API; every citation is looked up again in the corpus, apart from the run's own check. */
export async function ask(apiUrl: string, pool: Pool, corpusId: string, input: Question): Promise<Asked> {
  const started = Date.now();
  let run = await call('POST', `${apiUrl}/v1/runs`, { agent: 'research', corpusId, input, limits: { maxSeconds: LONGEST } });
  while (isLive(run.status)) {
    await sleep(100);
    run = await call('GET', `${apiUrl}/v1/runs/${run.id}`);
  }
  const result = run.status === 'completed' ? researchResultSchema.parse(run.result) : null;
  const cited = (result?.claims ?? []).flatMap((c) => c.citations);
  const places = new Map((await withTx(pool, tenantId, (tx) => readPassages(tx, { tenantId, corpusId }, cited.map((c) => c.passageId)))).map((p) => [p.passageId, p]));
  const standing = cited.filter((c) => {
    const place = places.get(c.passageId);
    return place !== undefined && place.page === c.page && c.span !== undefined && findQuote(c.quote, place.pageText.slice(...c.span)) !== null;
  });
  return {
    status: run.status, reason: run.statusReason?.code ?? null, found: result?.found ?? false, chosen: result?.found ? (result.choice ?? null) : null,
    citations: cited.length, standing: standing.length, claims: result?.claims.length ?? 0, supported: result?.claims.filter((c) => c.support === 'supported').length ?? 0,
    tokens: run.usage.outputTokens, seconds: (Date.now() - started) / 1_000,
  };
}

async function call(method: string, url: string, body?: object): Promise<RunView> {
  const response = await fetch(url, { method, ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}) });
  if (!response.ok) throw new Error(`${method} /v1/runs answered ${response.status}`);
  return runViewSchema.parse(await response.json());
}
