import { type ChatMessage, isLive, type RunRef, type RunStatus } from '#contracts';
import { ALL_TENANTS, decodeBody, type Pool, readHistory, readRun, type Tx, withTx, WORDS_ORDINAL } from '#store';

export type InspectedRun = CheckedRun & { findings: string[] };

export type CheckedRun = { status: RunStatus; head: number; branch: number[]; steps: number; events: { seq: number; type: string; step: number | null }[] };

/**
 * Reads all that a run left in Postgres and throws an error that lists everything in which something was lost or
 * doubled. Meant for runs that have ended; of a live one the open step is left out of the questions.
 */
export async function checkRun(pool: Pool, ref: RunRef, expected: { status: RunStatus }): Promise<CheckedRun> {
  const { findings, ...run } = await inspectRun(pool, ref, expected);
  if (findings.length) throw new Error(`run ${ref.runId} is not sound:\n  ${findings.join('\n  ')}`);
  return run;
}

/** The same as values: `findings` lists what was lost or doubled, in words. */
export async function inspectRun(pool: Pool, ref: RunRef, expected: { status: RunStatus }): Promise<InspectedRun> {
  return withTx(pool, ALL_TENANTS, async (tx) => {
    const facts = await readFacts(tx, ref);
    const wrong = [
      ...checkStatus(facts, expected.status), ...checkEvents(facts), ...checkSteps(facts), ...checkLedger(facts),
      ...checkMessages(facts), ...checkUsage(facts), ...checkInbox(facts), ...(await checkHistory(tx, ref, facts)),
    ];
    return { findings: wrong, status: facts.run.status, head: facts.run.head_step, branch: branchOf(facts).map((s) => s.step), steps: facts.steps.length, events: facts.events };
  });
}

type Step = { step: number; parent: number; attempt: number; state: string; prompt_tokens: number; output_tokens: number; thinking_tokens: number; calls: number; state_hash: string | null; ended_at: Date | null };
type Facts = Awaited<ReturnType<typeof readFacts>>;

async function readFacts(tx: Tx, ref: RunRef) {
  const of = async <T>(columns: string, from: string, order: string): Promise<T[]> =>
    (await tx.query(`select ${columns} from ${from} where tenant_id = $1 and run_id = $2 order by ${order}`, [ref.tenantId, ref.runId])).rows as T[];
  const run = await readRun(tx, ref);
  if (!run) throw new Error(`there is no run ${ref.runId}`);
  const head = (await of<{ event_seq: number; thinking_tokens: number }>('event_seq, thinking_tokens', 'run_heads', 'run_id'))[0]!;
  return {
    run: { ...run, ...head },
    endedAt: (await of<{ ended_at: Date | null }>('ended_at', 'runs', 'run_id'))[0]!.ended_at,
    events: await of<{ seq: number; type: string; step: number | null; attempt: number | null; data: { call?: number } | null }>('seq, type, step, attempt, data', 'events', 'seq'),
    steps: await of<Step>(`step, parent, attempt, state, prompt_tokens, output_tokens, thinking_tokens, calls, encode(state_hash, 'hex') as state_hash, ended_at`, 'steps', 'step'),
    checkpoints: await of<{ step: number; parent: number; state_hash: string; there: boolean }>(
      `step, parent, encode(state_hash, 'hex') as state_hash, exists (select 1 from contents c where c.tenant_id = checkpoints.tenant_id and c.hash = checkpoints.state_hash) as there`, 'checkpoints', 'step'),
    ledger: await of<{ step: number; attempt: number; call: number; state: string; outcome: { result: { kind: string } } | null }>('step, attempt, call, state, outcome', 'ledger', 'step, attempt, call'),
    messages: await of<{ step: number; attempt: number; ordinal: number; role: ChatMessage['role']; tool: string | null; body: string | null }>(
      '*', '(select m.*, c.body from messages m left join contents c on c.tenant_id = m.tenant_id and c.hash = m.hash) m', 'step, attempt, ordinal'),
    inbox: await of<{ n: number; kind: string; applied_at: Date | null; applied_step: number | null }>('n, kind, applied_at, applied_step', 'inbox', 'n'),
    chunks: (await of<{ n: number }>('count(*)::int as n', 'stream_chunks', '1'))[0]!.n,
  };
}

function checkStatus(f: Facts, expected: RunStatus): string[] {
  const ended = !isLive(f.run.status);
  return [
    ...(f.run.status === expected ? [] : [`status is ${f.run.status} (${f.run.status_reason?.code ?? 'no reason'}), not ${expected}`]),
    ...(Boolean(f.endedAt) === ended ? [] : [`status ${f.run.status} and ended_at ${String(f.endedAt)} do not go together`]),
    ...(ended && f.chunks > 0 ? [`${f.chunks} stream chunks outlived the run`] : []),
  ];
}

function checkEvents(f: Facts): string[] {
  const wrong: string[] = [];
  f.events.forEach((e, i) => e.seq === i + 1 || wrong.push(`event ${e.seq} stands where ${i + 1} should`));
  if (f.run.event_seq !== f.events.length) wrong.push(`the head counts ${f.run.event_seq} events and there are ${f.events.length}`);
  const last = f.events.at(-1)?.type;
  if (!isLive(f.run.status) && last !== 'run.finished') wrong.push(`the last event of the ended run is ${last}`);
  wrong.push(...doubled(f.events.filter((e) => ['run.queued', 'run.started'].includes(e.type)), (e) => e.type));
  wrong.push(...doubled(f.events.filter((e) => ['step.started', 'checkpoint.saved', 'drift.report'].includes(e.type)), (e) => `${e.type} of step ${e.step}`));
  wrong.push(...doubled(f.events.filter((e) => e.type.startsWith('tool.')), (e) => `${e.type} of call ${e.step}/${e.attempt}/${e.data?.call}`));
  for (const s of f.steps) {
    if (!f.events.some((e) => e.type === 'step.started' && e.step === s.step)) wrong.push(`step ${s.step} has no step.started`);
    const saved = f.events.some((e) => e.type === 'checkpoint.saved' && e.step === s.step);
    if (saved !== (s.state === 'closed')) wrong.push(`step ${s.step} is ${s.state} and checkpoint.saved is ${saved ? 'there' : 'not there'}`);
  }
  return wrong;
}

function checkSteps(f: Facts): string[] {
  const wrong: string[] = [];
  f.steps.forEach((s, i) => s.step === i + 1 || wrong.push(`step ${s.step} stands where ${i + 1} should`));
  if (f.run.next_step !== f.steps.length + 1) wrong.push(`the next step is ${f.run.next_step} after ${f.steps.length} steps`);
  const checkpoints = new Map(f.checkpoints.map((c) => [c.step, c]));
  if (f.run.started_at && !checkpoints.has(0)) wrong.push('there is no root checkpoint');
  for (const c of f.checkpoints) if (!c.there) wrong.push(`the state of checkpoint ${c.step} is gone`);
  for (const s of f.steps) {
    const c = checkpoints.get(s.step);
    if (s.state === 'open' && !isLive(f.run.status)) wrong.push(`step ${s.step} is open in an ended run`);
    if ((s.state === 'closed') !== Boolean(c)) wrong.push(`step ${s.step} is ${s.state} and has ${c ? 'a' : 'no'} checkpoint`);
    if (c && (c.parent !== s.parent || c.state_hash !== s.state_hash)) wrong.push(`checkpoint ${s.step} is not what its step says`);
    if (s.parent >= s.step) wrong.push(`step ${s.step} hangs on ${s.parent}`);
    if (Boolean(s.ended_at) !== (s.state !== 'open')) wrong.push(`step ${s.step} is ${s.state} and ended_at is ${String(s.ended_at)}`);
  }
  for (const s of branchOf(f)) if (s.state !== 'closed') wrong.push(`step ${s.step} of the branch is ${s.state}`);
  return wrong;
}

/** From the first step to the head. */
function branchOf(f: Facts): Step[] {
  const branch: Step[] = [];
  for (let n = f.run.head_step; n > 0; n = branch[0]!.parent) {
    const step = f.steps.find((s) => s.step === n);
    if (!step || branch.length > f.steps.length) throw new Error(`the branch of run ${f.run.run_id} is broken at step ${n}`);
    branch.unshift(step);
  }
  return branch;
}

function checkLedger(f: Facts): string[] {
  const wrong: string[] = [];
  for (const s of f.steps.filter((x) => x.state === 'closed')) {
    const rows = f.ledger.filter((l) => l.step === s.step && l.attempt === s.attempt);
    // A call that finishes the run may stand before others that were then not made.
    const finished = rows.find((l) => l.outcome?.result.kind === 'closed')?.call ?? s.calls - 1;
    const made = rows.map((l) => l.call).join();
    const due = Array.from({ length: finished + 2 }, (_, i) => i - 1).join();
    if (made !== due) wrong.push(`step ${s.step} made calls ${made} and should have made ${due}`);
    for (const l of rows) if (l.state !== 'done') wrong.push(`call ${l.step}/${l.attempt}/${l.call} of a closed step is ${l.state}`);
  }
  for (const l of f.ledger) if (l.state !== 'started' && !l.outcome) wrong.push(`call ${l.step}/${l.attempt}/${l.call} has no outcome`);
  return wrong;
}

function checkMessages(f: Facts): string[] {
  const wrong: string[] = [];
  for (const m of f.messages) {
    if (m.body === null) wrong.push(`the body of message ${m.step}/${m.attempt}/${m.ordinal} is gone`);
    if (m.ordinal <= 0) continue;
    const turn = f.messages.find((t) => t.step === m.step && t.attempt === m.attempt && t.ordinal === 0);
    const calls = turn?.body ? (decodeBody({ role: 'assistant', body: turn.body, tool: null }).toolCalls ?? []) : [];
    if (calls[m.ordinal - 1]?.name !== m.tool) wrong.push(`tool result ${m.step}/${m.attempt}/${m.ordinal} has no call`);
  }
  for (const s of f.steps.filter((x) => x.state === 'closed')) {
    const own = f.messages.filter((m) => m.step === s.step && m.attempt === s.attempt && m.ordinal >= 0).map((m) => m.ordinal);
    const results = f.ledger.filter((l) => l.step === s.step && l.attempt === s.attempt && l.call >= 0).length;
    if (own.join() !== Array.from({ length: results + 1 }, (_, i) => i).join()) wrong.push(`step ${s.step} has messages ${own.join()} for ${results} calls`);
  }
  return wrong;
}

function checkUsage(f: Facts): string[] {
  return (['prompt_tokens', 'output_tokens', 'thinking_tokens'] as const).flatMap((name) => {
    const sum = f.steps.reduce((n, s) => n + s[name], 0);
    return sum === f.run[name] ? [] : [`the run counts ${f.run[name]} ${name} and its steps ${sum}`];
  });
}

function checkInbox(f: Facts): string[] {
  const wrong: string[] = [];
  if (f.run.inbox_seq !== f.inbox.length) wrong.push(`the head counts ${f.run.inbox_seq} inbox rows and there are ${f.inbox.length}`);
  if (isLive(f.run.status) || f.run.status === 'cancelled') return wrong;
  if (f.run.inbox_read !== f.run.inbox_seq) wrong.push(`${f.run.inbox_seq - f.run.inbox_read} inbox rows were not read`);
  for (const row of f.inbox) {
    if (!row.applied_at) wrong.push(`inbox row ${row.n} was not applied`);
    if (row.kind !== 'message') continue;
    const taken = f.messages.filter((m) => m.ordinal === WORDS_ORDINAL + row.n && f.steps.some((s) => s.step === m.step && s.state === 'closed'));
    if (taken.length !== 1) wrong.push(`the words of inbox row ${row.n} were taken up ${taken.length} times`);
  }
  return wrong;
}

/** The conversation as a model would be given it: whole, in order, without half a pair. */
async function checkHistory(tx: Tx, ref: RunRef, f: Facts): Promise<string[]> {
  const { messages, omitted } = await readHistory(tx, ref, f.run.head_step, Number.MAX_SAFE_INTEGER);
  const steps = [...new Set(messages.map((m) => m.step))].join();
  const due = branchOf(f).map((s) => s.step).join();
  return [...(omitted ? ['the history is cut although all of it fits'] : []), ...(steps === due ? [] : [`the history has steps ${steps} and the branch ${due}`])];
}

function doubled<T>(items: T[], name: (item: T) => string): string[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1);
  return [...counts].filter(([, n]) => n > 1).map(([what, n]) => `${what} is there ${n} times`);
}
