import { readFileSync } from 'node:fs';
import { type BatchView, type CreateBatch, items, type ScheduleView } from '#client';
import { objectOf, pathOf, text, whole } from '../command.js';
import { EXIT, UsageError } from './exit-codes.js';
import { columns } from './output.js';
import type { Given, RemoteCommand } from './remote-command.js';

/** Runs of a batch under way at once, as the API has it where nothing is said. */
const AT_ONCE = 8;

const schedule: RemoteCommand = {
  help: 'start runs by the clock',
  usage: `schedule [list]
holdfast schedule add NAME --agent AGENT --cron "0 6 * * *" [--zone ZONE] [--input JSON] [--corpus ID] [--model NAME]
holdfast schedule add NAME --world WORLD --cron "0 6 * * *" [--zone ZONE]
holdfast schedule show|trigger|pause|resume|delete SCHEDULE`,
  args: 0,
  options: { agent: { type: 'string' }, world: { type: 'string' }, cron: { type: 'string', multiple: true }, zone: { type: 'string' }, input: { type: 'string' }, corpus: { type: 'string' }, model: { type: 'string' } },
  async run(given) {
    const { client, out, args, values, signal } = given;
    const [part = 'list', word = ''] = args;
    if (part === 'list') {
      const data: ScheduleView[] = [];
      for await (const one of items(client.listSchedules, { signal })) data.push(one);
      out.result({ data }, () => columns([['schedule', 'name', 'agent', 'state', 'next'], ...data.map((s) => [s.id, s.name, s.agent ?? 'world', s.paused ? 'paused' : 'on', s.nextTimes?.[0] ?? '-'])]));
      return EXIT.done;
    }
    if (!word) throw new UsageError(`schedule ${part}: name it`);
    if (part === 'add') return shown(given, await client.createSchedule({ body: newSchedule(word, values), signal }));
    const path = { id: word };
    if (part === 'show') return shown(given, await client.getSchedule({ path, signal }));
    if (part === 'trigger') return shown(given, await client.trigger({ path, body: {}, signal }));
    if (part === 'pause') return shown(given, await client.pause({ path, body: {}, signal }));
    if (part === 'resume') return shown(given, await client.resume({ path, body: {}, signal }));
    if (part !== 'delete') throw new UsageError(`schedule: there is no ${part}`);
    await client.deleteSchedule({ path, signal });
    out.result({ deleted: word }, () => 'deleted; its runs stay');
    return EXIT.done;
  },
};

function newSchedule(name: string, values: Given['values']): Parameters<Given['client']['createSchedule']>[0]['body'] {
  const [agent, worldId] = [text(values['agent']), text(values['world'])];
  const cron = values['cron'] as string[] | undefined;
  if (!cron || (agent === undefined) === (worldId === undefined)) throw new UsageError('schedule add: --cron and one of --agent and --world are needed');
  const spec = { cron, ...(values['zone'] ? { timezone: text(values['zone']) } : {}) };
  if (agent === undefined) return { name, spec, world: { worldId: worldId! } };
  return { name, spec, run: { agent, input: objectOf('--input', text(values['input']) ?? '{}'), corpusId: text(values['corpus']), model: text(values['model']) } };
}

function shown({ out }: Given, view: ScheduleView): number {
  out.result(view, () => `${view.id}  ${view.name}  ${view.paused ? 'paused' : `next ${view.nextTimes?.[0] ?? 'unknown'}`}`);
  return EXIT.done;
}

const batch: RemoteCommand = {
  help: 'one run for each line of a file',
  usage: `batch [list]
holdfast batch start FILE --agent AGENT [--corpus ID] [--model NAME] [--at-once N]
holdfast batch show|cancel|retry BATCH

FILE is NDJSON: {"key": "…", "input": {…}} a line. \`export batch\` writes the results.`,
  args: 0,
  options: { agent: { type: 'string' }, corpus: { type: 'string' }, model: { type: 'string' }, 'at-once': { type: 'string' } },
  async run(given) {
    const { client, out, args, values, signal } = given;
    const [part = 'list', word = ''] = args;
    if (part === 'list') {
      const data: BatchView[] = [];
      for await (const one of items(client.listBatches, { signal })) data.push(one);
      out.result({ data }, () => columns([['batch', 'agent', 'status', 'done', 'failed', 'of'], ...data.map((b) => [b.id, b.agent, b.status, String(b.items.completed), String(b.items.failed), String(b.items.total)])]));
      return EXIT.done;
    }
    if (!word) throw new UsageError(`batch ${part}: name it`);
    const path = { id: word };
    if (part === 'show') return progress(given, await client.getBatch({ path, signal }));
    if (part === 'cancel') return progress(given, await client.cancelBatch({ path, signal }));
    if (part === 'retry') return progress(given, await client.retryBatch({ path, signal }));
    const agent = text(values['agent']);
    if (part !== 'start' || !agent) throw new UsageError('batch start FILE: --agent is needed');
    const body: CreateBatch = { run: { agent, corpusId: text(values['corpus']), model: text(values['model']), tags: [] }, maxConcurrency: whole('--at-once', values['at-once']) ?? AT_ONCE, items: linesOf(pathOf(word)) };
    return progress(given, await client.createBatch({ body, signal }));
  },
};

function linesOf(file: string): CreateBatch['items'] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    if (!line.trim()) return [];
    try {
      return [JSON.parse(line) as CreateBatch['items'][number]];
    } catch (error) {
      throw new UsageError(`${file}, line ${at + 1}: ${(error as Error).message}`);
    }
  });
}

function progress({ out }: Given, b: BatchView): number {
  out.result(b, () => `${b.id}  ${b.status}  ${b.items.completed} of ${b.items.total} done, ${b.items.failed} failed${b.secondsLeft === null ? '' : `, about ${b.secondsLeft} s left`}`);
  return EXIT.done;
}

export const PLAN_COMMANDS = { schedule, batch };
