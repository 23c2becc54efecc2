import { type ChatMessage, isLive, type JudgeInput, type RunStatus, type ToolKind } from '#contracts';
import { type JudgeCase, JUDGED_STEPS, type LoggedCall, type LoggedStep } from '#drift';
import { getJson, readChain, readJudgeVerdict, readRun, readWindow, type StoredMessage, type Tx } from '#store';
import type { AgentImplementation } from '../agent.js';

/** Steps that are read back: those that the judge reads, and as many in which the last change is looked for. */
const LOOKED_AT = 3 * JUDGED_STEPS;
/** Digests that the rolling state is built of. */
const COUNTED = 64;

export type JudgeTask = JudgeCase & { model: string; fromStep: number };

/** What a judge needs to know, or null: the run is gone or over, or its step was judged before. */
export async function readCase(tx: Tx, input: JudgeInput, agents: ReadonlyMap<string, AgentImplementation>): Promise<JudgeTask | null> {
  const run = await readRun(tx, input);
  const agent = run && agents.get(run.agent);
  if (!run || !agent || !run.model || !mayBeJudged(run.status) || (await readJudgeVerdict(tx, input, input.step))) return null;
  const kinds = new Map(agent.contract.tools.map(({ name, kind }) => [name, kind]));
  const steps = (await readChain(tx, input, input.step, LOOKED_AT)).reverse().flatMap(({ step, messages }) => logged(step, messages, kinds) ?? []);
  const log = steps.slice(-JUDGED_STEPS);
  const earlier = steps.slice(0, -JUDGED_STEPS).flatMap(({ step, calls }) => calls.filter(({ kind }) => kind === 'mutate').map((call) => ({ step, call })));
  return {
    goal: `${agent.contract.title}. ${agent.contract.description}\nAsked for: ${JSON.stringify(await getJson(tx, input.tenantId, run.input_hash))}`,
    log,
    digests: await readWindow(tx, input, input.step, COUNTED),
    lastChange: earlier.at(-1) ?? null,
    model: run.model,
    fromStep: log[0]?.step ?? input.step,
  };
}

const mayBeJudged = (status: RunStatus): boolean => isLive(status) && status !== 'cancelling';

/** Null for a step that only made room. */
function logged(step: number, messages: StoredMessage[], kinds: ReadonlyMap<string, ToolKind>): LoggedStep | null {
  const at = (ordinal: number): ChatMessage | undefined => messages.find((m) => m.ordinal === ordinal)?.message;
  const turn = at(0);
  if (turn?.role !== 'assistant') return null;
  const calls = (turn.toolCalls ?? []).map(({ name, args }, i): LoggedCall => ({ tool: name, kind: kinds.get(name) ?? 'exec', args: JSON.stringify(args), result: at(i + 1)?.content ?? '' }));
  return { step, thought: turn.thinking ?? '', text: turn.content, calls };
}
