import { readFileSync } from 'node:fs';
import type { RunView } from '#client';
import { pathOf, text, whole } from '../command.js';
import { EXIT, UsageError } from './exit-codes.js';
import { exitOf, follow } from './follow.js';
import { columns } from './output.js';
import type { Given, RemoteCommand } from './remote-command.js';

const run: RemoteCommand = {
  help: 'start a run and follow it to its end',
  usage: `run AGENT [OPTIONS]

  --input JSON     the run's input; @FILE reads it from a file, - from stdin
  --set KEY=VALUE  one field of the input as text, several times
  --corpus ID  --model NAME  --max-steps N  --tag TAG
  --detach         print the run and leave it to itself`,
  args: 1,
  options: { input: { type: 'string' }, set: { type: 'string', multiple: true }, corpus: { type: 'string' }, model: { type: 'string' }, 'max-steps': { type: 'string' }, tag: { type: 'string', multiple: true }, detach: { type: 'boolean' } },
  async run({ client, out, args, values, signal }) {
    const maxSteps = whole('--max-steps', values['max-steps']);
    const body = { agent: args[0]!, input: inputOf(values), corpusId: text(values['corpus']), model: text(values['model']), tags: values['tag'] as string[] | undefined, ...(maxSteps ? { limits: { maxSteps } } : {}) };
    const started = await client.createRun({ body, signal });
    if (values['detach']) {
      out.result(started, () => started.id);
      return EXIT.done;
    }
    out.progress(`run ${started.id}; Ctrl-C leaves it running`);
    return told(await follow(client, started.id, out, signal), out);
  },
};

const watch: RemoteCommand = {
  help: 'follow a run to its end',
  usage: `watch RUN [--after N]

  --after N        only what comes after event N`,
  args: 1,
  options: { after: { type: 'string' } },
  run: async ({ client, out, args, values, signal }) => told(await follow(client, args[0]!, out, signal, whole('--after', values['after'])), out),
};

const runs: RemoteCommand = {
  help: 'list runs, or show one',
  usage: `runs [RUN] [OPTIONS]

  --status S  --agent NAME  --tag TAG  --limit N (at most 200)`,
  args: 0,
  options: { status: { type: 'string', multiple: true }, agent: { type: 'string' }, tag: { type: 'string' }, limit: { type: 'string' } },
  async run({ client, out, args, values, signal }) {
    if (args[0]) {
      const one = await client.getRun({ path: { id: args[0] }, signal });
      out.result(one, () => JSON.stringify(one, null, 2));
      return EXIT.done;
    }
    const page = await client.listRuns({ query: { status: values['status'] as RunView['status'][] | undefined, agent: text(values['agent']), tag: text(values['tag']), limit: whole('--limit', values['limit']) }, signal });
    const rows = page.data.map((r) => [r.id, r.agent, r.status, String(r.head.step), r.drift.verdict, r.drift.overthinking.toFixed(2), r.drift.overacting.toFixed(2), r.createdAt]);
    out.result(page, () => columns([['run', 'agent', 'status', 'step', 'drift', 'thinking', 'acting', 'created'], ...rows]));
    return EXIT.done;
  },
};

/** With --json the events were lines already, and the run is one more. */
function told(ended: RunView, out: Given['out']): number {
  if (out.json) out.line(ended);
  else out.result(ended, () => (ended.result === null ? `${ended.status}${ended.statusReason ? `: ${ended.statusReason.detail} (${ended.statusReason.code})` : ''}` : JSON.stringify(ended.result, null, 2)));
  return exitOf(ended);
}

function inputOf(values: Given['values']): Record<string, unknown> {
  const fields = ((values['set'] ?? []) as string[]).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`--set: ${pair} is not KEY=VALUE`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return { ...parsed(text(values['input']) ?? '{}'), ...Object.fromEntries(fields) };
}

function parsed(given: string): Record<string, unknown> {
  try {
    const json = given === '-' ? readFileSync(0, 'utf8') : given.startsWith('@') ? readFileSync(pathOf(given.slice(1)), 'utf8') : given;
    return JSON.parse(json) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`--input: ${(error as Error).message}`);
  }
}

export const RUN_COMMANDS = { run, runs, watch };
