import { z } from 'zod';
import { ApiError, type Client, type RunView, waitForRun } from '#client';
import { a2aSendSchema, a2aStartSchema, a2aTaskRefSchema, type JsonRpcAnswer, type JsonRpcMessage } from '#contracts';

/** Seconds that a caller who wants to wait is kept: runs take hours, and a task can be asked for. */
const MAX_WAIT_S = 50;

/** The protocol's own codes (A2A 1.0, section 5.4) and JSON-RPC's. */
const CODES = { taskNotFound: -32_001, notCancelable: -32_002, unsupported: -32_004, methodNotFound: -32_601, invalidParams: -32_602, internal: -32_603 } as const;

class Refused extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const STATES: Record<RunView['status'], string> = {
  queued: 'SUBMITTED', running: 'WORKING', waiting_runtime: 'WORKING', paused: 'WORKING', cancelling: 'WORKING',
  waiting_approval: 'INPUT_REQUIRED', waiting_input: 'INPUT_REQUIRED',
  completed: 'COMPLETED', cancelled: 'CANCELED', failed: 'FAILED', timed_out: 'FAILED', limit_reached: 'FAILED', drift_stopped: 'FAILED',
};

/** Answers a request of A2A with the REST API, whose rights the caller has: a task is a run. */
export async function answerA2a(client: Client, { id, method, params }: JsonRpcMessage, signal: AbortSignal): Promise<JsonRpcAnswer> {
  const answer = { jsonrpc: '2.0' as const, id: id ?? null };
  try {
    return { ...answer, result: await perform(client, method ?? '', params ?? {}, signal) };
  } catch (error) {
    if (error instanceof Refused) return { ...answer, error: { code: error.code, message: error.message } };
    if (error instanceof ApiError) return { ...answer, error: { code: codeOf(error), message: error.message, data: { code: error.code, status: error.status } } };
    throw error;
  }
}

async function perform(client: Client, method: string, params: Record<string, unknown>, signal: AbortSignal): Promise<Record<string, unknown>> {
  switch (method) {
    case 'SendMessage':
      return { task: taskOf(await sendMessage(client, parse(a2aSendSchema, params), signal)) };
    case 'GetTask':
      return taskOf(await client.getRun({ path: { id: taskId(params) }, signal }));
    case 'CancelTask':
      await client.cancelRun({ path: { id: taskId(params) }, body: {}, signal });
      return taskOf(await client.getRun({ path: { id: taskId(params) }, signal }));
    case 'SendStreamingMessage':
    case 'SubscribeToTask':
      throw new Refused(CODES.unsupported, 'There are no streams here: GET /v1/runs/{id}/events has one.');
    default:
      throw new Refused(CODES.methodNotFound, 'There is no such method.');
  }
}

async function sendMessage(client: Client, { message, configuration }: z.output<typeof a2aSendSchema>, signal: AbortSignal): Promise<RunView> {
  const id = message.taskId ? await followUp(client, message.taskId, message, signal) : await start(client, message, signal);
  return waitForRun(client, id, { seconds: configuration?.returnImmediately ? 0 : MAX_WAIT_S, signal });
}

type Message = z.output<typeof a2aSendSchema>['message'];

async function followUp(client: Client, id: string, { parts, messageId }: Message, signal: AbortSignal): Promise<string> {
  const text = parts.flatMap((part) => (part.text === undefined ? [] : [part.text])).join('\n');
  if (text === '') throw new Refused(CODES.invalidParams, 'A message to a task has a text part.');
  await client.sendMessage({ path: { id: parse(z.uuid(), id) }, body: { text }, idempotencyKey: messageId, signal });
  return id;
}

/** The message's id is the key: sent again, it begins nothing new. */
async function start(client: Client, { parts, messageId }: Message, signal: AbortSignal): Promise<string> {
  const asked = parts.find((part) => part.data !== undefined)?.data;
  if (asked === undefined) throw new Refused(CODES.invalidParams, 'A message that begins a task has a data part {"agent", "input", "corpusId"?, "model"?}.');
  const run = await client.createRun({ body: parse(a2aStartSchema, asked), idempotencyKey: messageId, signal });
  return run.id;
}

/** As the protocol has it in JSON. */
function taskOf(run: RunView): Record<string, unknown> {
  const words = run.statusReason ? { message: { messageId: `${run.id}.status`, role: 'ROLE_AGENT', parts: [{ text: `${run.statusReason.detail} (${run.statusReason.code})` }] } } : {};
  return {
    id: run.id,
    contextId: run.threadId ?? run.id,
    status: { state: `TASK_STATE_${STATES[run.status]}`, timestamp: run.endedAt ?? run.startedAt ?? run.createdAt, ...words },
    artifacts: run.result === null ? [] : [{ artifactId: 'result', name: 'result', parts: [{ data: run.result, mediaType: 'application/json' }] }],
    metadata: { agent: run.agent, runStatus: run.status, step: run.head.step },
  };
}

const taskId = (params: Record<string, unknown>): string => {
  const parsed = z.uuid().safeParse(parse(a2aTaskRefSchema, params).id);
  if (!parsed.success) throw new Refused(CODES.taskNotFound, 'There is no such task.');
  return parsed.data;
};

function parse<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Refused(CODES.invalidParams, z.prettifyError(parsed.error));
}

function codeOf({ code, status }: ApiError): number {
  if (code === 'not_found') return CODES.taskNotFound;
  if (code === 'run_ended') return CODES.notCancelable;
  return status < 500 ? CODES.invalidParams : CODES.internal;
}
