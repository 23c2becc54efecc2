import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { type ChatMessage, HoldfastError, type TrainingMessage, type TrainingQuery, type TrainingRun } from '#contracts';
import { appendAudit, countTrainingRuns, getContent, getJson, listTrainingRuns, openKey, type Pool, readTrainingMessages, readTrainingSteps, type TrainingFilter, type TrainingRunRow, withTx } from '#store';
import type { Caller } from '../core/caller.js';
import { selectTurns } from './calibrated.js';

/** Runs listed at once, and steps whose words are in memory at once: a page of these is all that an export holds. */
const RUNS = 100;
const STEPS = 16;

/** How many runs an export goes through, and how many sensitive ones it leaves out. */
export function countRuns(pool: Pool, tenantId: string, query: TrainingQuery): Promise<{ runs: number; unreleased: number }> {
  return withTx(pool, tenantId, (tx) => countTrainingRuns(tx, tenantId, filterOf(query)));
}

/** Writes a line a run as fast as `to` takes it; what nobody may read or learn from is not among them. Returns early where `to` is closed. */
export async function writeTraining(pool: Pool, caller: Caller, query: TrainingQuery, to: Writable): Promise<void> {
  const write = async (text: string): Promise<void> => {
    if (!to.destroyed && !to.write(text)) await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => undefined);
  };
  for (let after: string | null = null; !to.destroyed; ) {
    const page: TrainingRunRow[] = await withTx(pool, caller.tenantId, (tx) => listTrainingRuns(tx, caller.tenantId, filterOf(query), { after, limit: RUNS }));
    for (const run of page) if (!to.destroyed && (await mayBeRead(run))) await writeRun(pool, caller, query, run, write);
    if (page.length < RUNS) return;
    after = page.at(-1)!.runId;
  }
}

const filterOf = (query: TrainingQuery): TrainingFilter => ({ agent: query.agent, completedOnly: query.status === 'completed' });

/** A sensitive run that was not released is left out, and so is one whose key was deleted. */
async function mayBeRead(run: TrainingRunRow): Promise<boolean> {
  if (run.sensitive && !run.released) return false;
  if (run.keyId === null) return true;
  try {
    await openKey(run.keyId);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'key_missing') return false;
    throw error;
  }
  return true;
}

async function writeRun(pool: Pool, caller: Caller, query: TrainingQuery, run: TrainingRunRow, write: (text: string) => Promise<void>): Promise<void> {
  const ref = { tenantId: caller.tenantId, runId: run.runId };
  const { branch, train } = selectTurns(await withTx(pool, ref.tenantId, (tx) => readTrainingSteps(tx, ref)), run.head, query.verdict);
  if (train.size === 0) return;
  const start = await withTx(pool, ref.tenantId, async (tx) => {
    if (run.sensitive) await appendAudit(tx, { ...ref, principalId: caller.principalId, action: 'training.exported', subject: null });
    const prompt = run.promptHash ? String(await getJson(tx, ref.tenantId, run.promptHash)) : null;
    return [...(prompt === null ? [] : [plain('system', prompt)]), plain('user', await getContent(tx, ref.tenantId, run.inputHash))];
  });
  const head: Omit<TrainingRun, 'messages'> = {
    runId: run.runId, agent: query.agent, agentVersion: run.agentVersion, model: run.model, status: run.status, verdict: query.verdict,
    tools: (run.tools ?? []).map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } })),
  };
  await write(`${JSON.stringify(head).slice(0, -1)},"messages":[${start.map((m) => JSON.stringify(m)).join(',')}`);
  for (let at = 0; at < branch.length; at += STEPS) {
    const messages = await withTx(pool, ref.tenantId, (tx) => readTrainingMessages(tx, ref, branch.slice(at, at + STEPS)));
    await write(messages.map(({ step, message }) => `,${JSON.stringify(trainingMessage(step, message, train.has(step)))}`).join(''));
  }
  await write(']}\n');
}

const plain = (role: 'system' | 'user', content: string): TrainingMessage => ({ role, content, step: 0, train: false });

/** As chat templates take it. Tool results and people's words are never learned. */
function trainingMessage(step: number, m: ChatMessage, learned: boolean): TrainingMessage {
  return {
    role: m.role,
    content: m.content,
    ...(m.thinking ? { thinking: m.thinking } : {}),
    ...(m.toolCalls?.length ? { tool_calls: m.toolCalls.map(({ name, args }) => ({ type: 'function' as const, function: { name, arguments: args } })) } : {}),
    ...(m.toolName ? { name: m.toolName } : {}),
    step,
    train: learned && m.role === 'assistant',
  };
}
