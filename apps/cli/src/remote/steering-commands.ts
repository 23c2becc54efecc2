import type { Accepted } from '#client';
import { objectOf, text, whole } from '../command.js';
import { EXIT, UsageError } from './exit-codes.js';
import { columns } from './output.js';
import type { Given, RemoteCommand } from './remote-command.js';

const message: RemoteCommand = {
  help: 'tell a run something',
  usage: 'message RUN TEXT',
  args: 2,
  run: async ({ client, out, args, signal }) => accepted(out, await client.sendMessage({ path: { id: args[0]! }, body: { text: args.slice(1).join(' ') }, signal })),
};

const approve: RemoteCommand = {
  help: 'show what a run asks, approve or deny it',
  usage: `approve APPROVAL [--deny] [--edit JSON] [--comment TEXT]
holdfast approve --run RUN      lists what the run asked

  --deny           deny it
  --edit JSON      approve it with these arguments instead
  --comment TEXT   words for the run
  --digest D       fails unless this is still what is to be approved (default: what is read now)`,
  args: 0,
  options: { run: { type: 'string' }, deny: { type: 'boolean' }, edit: { type: 'string' }, comment: { type: 'string' }, digest: { type: 'string' } },
  async run({ client, out, args, values, signal }) {
    const runId = text(values['run']);
    if (runId) {
      const list = await client.listApprovals({ path: { id: runId }, signal });
      out.result(list, () => columns([['approval', 'step', 'tool', 'status', 'arguments'], ...list.data.map((a) => [a.id, String(a.step), a.tool, a.status, JSON.stringify(a.args)])]));
      return EXIT.done;
    }
    if (!args[0]) throw new UsageError('approve: name an approval, or --run RUN to list them');
    const asked = await client.getApproval({ path: { id: args[0] }, signal });
    out.progress(`${asked.tool} ${JSON.stringify(asked.args)}`);
    const edit = text(values['edit']);
    const body = { ...(edit === undefined ? {} : { editedArgs: objectOf('--edit', edit) }), decision: values['deny'] ? ('deny' as const) : ('approve' as const), digest: text(values['digest']) ?? asked.digest, comment: text(values['comment']) };
    const decided = await client.decideApproval({ path: { id: asked.id }, body, signal });
    out.result(decided, () => decided.status);
    return EXIT.done;
  },
};

const fork: RemoteCommand = {
  help: 'start a new run from a step of one',
  usage: `fork RUN STEP [OPTIONS]

  --model NAME     go on with another model
  --prompt TEXT    with another system prompt
  --message TEXT   with words that its first step reads`,
  args: 2,
  options: { model: { type: 'string' }, prompt: { type: 'string' }, message: { type: 'string' } },
  async run({ client, out, args, values, signal }) {
    const words = text(values['message']);
    const overrides = { model: text(values['model']), prompt: text(values['prompt']), ...(words ? { steering: { message: words } } : {}) };
    const made = await client.forkRun({ path: { id: args[0]! }, body: { fromStep: whole('STEP', args[1])!, overrides }, signal });
    out.result(made, () => made.id);
    return EXIT.done;
  },
};

const rewind: RemoteCommand = {
  help: 'take a run back to a step',
  usage: `rewind RUN STEP [--lesson TEXT]

  --lesson TEXT    what the run is to remember from what is undone`,
  args: 2,
  options: { lesson: { type: 'string' } },
  run: async ({ client, out, args, values, signal }) => accepted(out, await client.rewindRun({ path: { id: args[0]! }, body: { toStep: whole('STEP', args[1])!, lesson: text(values['lesson']) }, signal })),
};

const pause: RemoteCommand = {
  help: 'pause a run after its step',
  usage: 'pause RUN [--reason TEXT]',
  args: 1,
  options: { reason: { type: 'string' } },
  run: async ({ client, out, args, values, signal }) => accepted(out, await client.pauseRun({ path: { id: args[0]! }, body: { reason: text(values['reason']) }, signal })),
};

const resume: RemoteCommand = {
  help: 'go on with a paused run, or one that reached a limit',
  usage: `resume RUN [--max-steps N]

  --max-steps N    a new limit`,
  args: 1,
  options: { 'max-steps': { type: 'string' } },
  async run({ client, out, args, values, signal }) {
    const maxSteps = whole('--max-steps', values['max-steps']);
    return accepted(out, await client.resumeRun({ path: { id: args[0]! }, body: maxSteps ? { limits: { maxSteps } } : {}, signal }));
  },
};

const cancel: RemoteCommand = {
  help: 'cancel a run',
  usage: `cancel RUN [--terminate] [--reason TEXT]

  --terminate      at once, without letting its step clean up`,
  args: 1,
  options: { terminate: { type: 'boolean' }, reason: { type: 'string' } },
  run: async ({ client, out, args, values, signal }) => accepted(out, await client.cancelRun({ path: { id: args[0]! }, body: { mode: values['terminate'] ? 'terminate' : 'graceful', reason: text(values['reason']) }, signal })),
};

function accepted(out: Given['out'], answer: Accepted): number {
  out.result(answer, () => `accepted${answer.number === null ? '' : ` as number ${answer.number}`}; the run is ${answer.status}`);
  return EXIT.done;
}

export const STEERING_COMMANDS = { message, approve, fork, rewind, pause, resume, cancel };
