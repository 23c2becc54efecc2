import { z } from 'zod';
import { type Client, waitForRun } from '#client';

/** Something that Holdfast does for whoever speaks MCP to it, by its REST API and with the caller's own rights. */
export type ServedTool = { name: string; title: string; description: string; input: z.ZodType; changes: boolean; run(client: Client, args: never, signal: AbortSignal): Promise<unknown> };

const runId = z.uuid().describe('id of a run');
const MAX_WAIT_S = 50;

function tool<S extends z.ZodType>(name: string, changes: boolean, title: string, description: string, input: S, run: (client: Client, args: z.output<S>, signal: AbortSignal) => Promise<unknown>): ServedTool {
  return { name, title, description, input, changes, run };
}

export const SERVED_TOOLS: readonly ServedTool[] = [
  tool('list_agents', false, 'List agents', 'Lists the agents that runs can be made of, with the JSON Schema of each one’s input.', z.strictObject({}), async (client, _args, signal) => {
    const { data } = await client.listAgents({ signal });
    return data.map(({ name, title, description, needsCorpus, input }) => ({ name, title, description, needsCorpus, input }));
  }),
  tool(
    'start_run', true, 'Start a run', 'Starts a run of an agent in the background and gives its id. Ask for it with get_run; it may take minutes or hours.',
    z.strictObject({
      agent: z.string().min(1).max(100).describe('name of an agent'),
      input: z.record(z.string(), z.unknown()).describe('the agent’s input, by its schema'),
      corpusId: z.uuid().optional().describe('corpus to work on, where the agent needs one'),
      model: z.string().min(1).max(200).optional(),
      maxSteps: z.int().min(1).optional(),
      tags: z.array(z.string().max(100)).max(20).optional(),
      idempotencyKey: z.string().min(1).max(200).optional().describe('the same key starts the same run once, however often it is sent'),
    }),
    async (client, { idempotencyKey, maxSteps, ...body }, signal) => {
      const run = await client.createRun({ body: { ...body, ...(maxSteps === undefined ? {} : { limits: { maxSteps } }) }, signal, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
      return { runId: run.id, status: run.status };
    },
  ),
  tool('list_runs', false, 'List runs', 'Lists runs, the newest first.', z.strictObject({ agent: z.string().max(100).optional(), tag: z.string().max(100).optional(), limit: z.int().min(1).max(50).default(10) }), async (client, query, signal) => {
    const { data } = await client.listRuns({ query, signal });
    return data.map(({ id, agent, status, head, createdAt }) => ({ runId: id, agent, status, step: head.step, createdAt }));
  }),
  tool(
    'get_run', false, 'Look at a run', 'Gives a run’s status, how far it is, what it has used, how its drift stands, and its result once it is done. With waitSeconds it waits that long for the run to end or to ask a person something.',
    z.strictObject({ runId, waitSeconds: z.int().min(0).max(MAX_WAIT_S).default(0) }),
    async (client, args, signal) => {
      const run = await waitForRun(client, args.runId, { seconds: args.waitSeconds, signal });
      return { runId: run.id, agent: run.agent, status: run.status, statusReason: run.statusReason, step: run.head.step, usage: run.usage, drift: run.drift, result: run.result };
    },
  ),
  tool('get_events', false, 'Read a run’s events', 'Gives what happened in a run, by number: names, ids and numbers, no text.', z.strictObject({ runId, after: z.int().min(0).default(0).describe('number of the last event that is known'), limit: z.int().min(1).max(200).default(50) }), async (client, { runId: id, ...query }, signal) => {
    const { data, nextCursor } = await client.readEvents({ path: { id }, query, signal });
    return { events: data, next: nextCursor };
  }),
  tool('get_step', false, 'Look at a step', 'Gives one step of a run with what was said in it: the model’s words, tool calls and their results.', z.strictObject({ runId, step: z.int().min(1) }), (client, args, signal) => client.getStep({ path: { id: args.runId, n: args.step }, query: { include: 'content' }, signal })),
  tool('send_message', true, 'Send a message', 'Tells a run that is under way something; it takes it up with its next step.', z.strictObject({ runId, text: z.string().min(1).max(20_000) }), (client, args, signal) => client.sendMessage({ path: { id: args.runId }, body: { text: args.text }, signal })),
  tool('cancel_run', true, 'Cancel a run', 'Ends a run that is under way.', z.strictObject({ runId }), (client, args, signal) => client.cancelRun({ path: { id: args.runId }, body: {}, signal })),
  tool('list_corpora', false, 'List corpora', 'Lists the collections of documents that can be searched and worked on.', z.strictObject({ limit: z.int().min(1).max(100).default(50) }), async (client, query, signal) => {
    const { data } = await client.listCorpora({ query, signal });
    return data.map(({ id, name }) => ({ corpusId: id, name }));
  }),
  tool('search_corpus', false, 'Search a corpus', 'Finds passages of a corpus by what they say.', z.strictObject({ corpusId: z.uuid(), query: z.string().min(1).max(4_000), limit: z.int().min(1).max(20).default(5) }), (client, { corpusId, ...query }, signal) => client.searchCorpus({ path: { id: corpusId }, query, signal })),
];
