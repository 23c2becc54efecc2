import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_PRINCIPAL, LOCAL_TENANT } from '#contracts';
import { insertApproval, insertCard, insertDocument, insertIngestion, insertPages, insertPassages, insertRun, insertTestDelivery, type Pool, putBlob, putCodes, setResult, withTx } from '#store';
import { RunRows } from './run-rows.js';
import type { SecuredApi } from './secured-api.js';

/** Stands in all that the tenant has, and may be in no answer to another. */
export const PLANTED = 'PlantedWord';

export type Things = { ids: Record<string, string>; runId: string };

/** Fills the local tenant with one of everything that a route names by an id. */
export async function fillTenant(api: SecuredApi, pool: Pool, key: string): Promise<Things> {
  const made = async (path: string, body: unknown): Promise<string> => {
    const answer = await api.ask('POST', path, key, body);
    if (answer.status >= 300) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`);
    return (JSON.parse(answer.text) as { id: string }).id;
  };
  const corpus = { tenantId: LOCAL_TENANT, corpusId: await made('/v1/corpora', { name: PLANTED, description: PLANTED }) };
  const [documentId, passageId, cardId, ingestionId, deliveryId, approvalId, artifactId, takenRun] = Array.from({ length: 8 }, () => uuidv7()) as [string, string, string, string, string, string, string, string];
  const threadId = await made('/v1/threads', {});
  const webhook = await made('/v1/webhooks', { url: `https://example.org/${PLANTED}` });
  const world = await made('/v1/worlds', { name: PLANTED, changes: [{ kind: 'created', entity: { id: 'inn', type: 'location', name: PLANTED } }] });
  const schedule = await made('/v1/schedules', { name: PLANTED, spec: { cron: ['0 3 * * *'] }, run: { agent: 'echo', input: { text: PLANTED } }, paused: true });
  const batch = await made('/v1/batches', { name: PLANTED, run: { agent: 'echo' }, items: [{ key: PLANTED, input: { text: PLANTED } }] });
  const apiKey = await made('/v1/keys', { name: PLANTED, roles: ['viewer'] });

  const rows = new RunRows(pool);
  const run = await rows.run({ input: { text: PLANTED, times: 1 }, tags: [PLANTED], threadId });
  await rows.start(run);
  await rows.step(run, 1, 0);
  await rows.result(run, artifactId);
  await rows.tx(async (tx) => {
    await tx.query('update artifacts set title = $2 where artifact_id = $1', [artifactId, PLANTED]);
    await insertApproval(tx, { ...run, step: 1, attempt: 1, call: 0 }, { approvalId, kind: 'call', tool: 'say', args: { text: PLANTED }, detail: null, expiresAt: new Date(Date.now() + 3_600_000), remindAt: null });
    const sha256 = createHash('sha256').update(PLANTED).digest();
    await putBlob(tx, corpus, sha256, Buffer.from(PLANTED));
    await insertDocument(tx, { ...corpus, documentId, name: `${PLANTED}.txt`, mediaType: 'text/plain', bytes: 9, sha256, pages: 1, passages: 1 });
    await insertPages(tx, { ...corpus, documentId }, [{ page: 1, text: PLANTED }]);
    await insertPassages(tx, { ...corpus, documentId }, [{ passageId, page: 1, pageStart: 0, section: null, text: PLANTED }]);
    await insertCard(tx, { tenantId: LOCAL_TENANT, cardId, corpusId: corpus.corpusId, documentId, questionKey: createHash('sha256').update(PLANTED).digest(), question: PLANTED, answer: PLANTED, quote: PLANTED, page: 1, schedule: {}, due: new Date(0) });
    await insertIngestion(tx, { ...corpus, ingestionId, principalId: LOCAL_PRINCIPAL, files: [{ name: `${PLANTED}.txt`, path: `/nowhere/${PLANTED}.txt` }] });
    await insertTestDelivery(tx, { tenantId: LOCAL_TENANT, webhookId: webhook }, deliveryId);
    await putCodes(tx, LOCAL_TENANT, 'icd-10', [{ code: 'P1', display: PLANTED }]);
    await insertRun(tx, { tenantId: LOCAL_TENANT, runId: takenRun, principalId: LOCAL_PRINCIPAL, agent: 'research', agentVersion: '1', input: {}, corpusId: corpus.corpusId, priority: 'interactive', tags: [], limits: { maxSteps: 1, maxTokens: 1, maxSeconds: 1 }, sampling: {} });
    await setResult(tx, { tenantId: LOCAL_TENANT, runId: takenRun }, { answer: PLANTED, claims: [], cards: [] });
  });
  rows.notifier.close();
  return {
    runId: run.runId,
    ids: {
      'runs/{id}': run.runId, '{other}': run.runId, '{artifactId}': artifactId, '{n}': '1',
      'approvals/{id}': approvalId, 'corpora/{id}': corpus.corpusId, '{documentId}': documentId, '{passageId}': passageId, '{ingestionId}': ingestionId,
      'cards/{id}': cardId, 'worlds/{id}': world, '{version}': '1', '{command}': 'look', 'schedules/{id}': schedule, 'batches/{id}': batch, 'threads/{id}': threadId, 'webhooks/{id}': webhook, 'keys/{id}': apiKey,
    },
  };
}

/** What every table with tenants holds of one, as one hash a table; `touched` are columns that reading changes. */
export async function printOf(pool: Pool, tenantId: string): Promise<Record<string, string>> {
  return withTx(pool, tenantId, async (tx) => {
    const { rows: tables } = await tx.query<{ name: string }>(`select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_schema, table_name) where c.table_schema = 'public' and c.column_name = 'tenant_id' and t.table_type = 'BASE TABLE' order by 1`);
    const print: Record<string, string> = {};
    for (const { name } of tables) {
      const row = name === 'api_keys' ? `(to_jsonb(t) - 'last_used_at')::text` : 'to_jsonb(t)::text';
      print[name] = (await tx.query<{ hash: string }>(`select md5(coalesce(string_agg(${row}, ',' order by ${row}), '')) as hash from ${name} t where tenant_id = $1`, [tenantId])).rows[0]!.hash;
    }
    return print;
  });
}
