import type { ModelFit, ModelList } from '#contracts';
import { fitModels, readMachine } from '#models';
import { local } from '../command.js';
import { EXIT } from '../remote/exit-codes.js';
import { columns } from '../remote/output.js';
import { chosenRuntime, RUNTIME_HELP, RUNTIME_OPTIONS } from '../runtime-options.js';
import { writeOut } from './write-out.js';

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** Says which Gemma fits this machine. */
export const models = local({
  help: 'which Gemma fits this machine, and how to get it',
  usage: `models [OPTIONS]

Reads this machine's memory and GPUs and says which Gemma fits, with how much context and how fast, and which command
fetches it. \`HOLDFAST_MODEL=auto\`, or \`model: "auto"\` in a run, takes the best one that the runtime has.

${RUNTIME_HELP}`,
  most: 0,
  options: RUNTIME_OPTIONS,
  async run({ out, values }) {
    const { runtime } = chosenRuntime(values);
    const [machine, installed] = await Promise.all([readMachine(), runtime.models().catch(() => [])]);
    const list: ModelList = { machine, data: fitModels(machine, installed) };
    writeOut(values['out'], list);
    out.result(list, () => shown(list));
    return EXIT.done;
  },
});

function shown({ machine, data }: ModelList): string {
  const gpus = machine.gpus.map(({ name, memoryBytes }) => `${name} with ${gigabytes(memoryBytes)} GB`).join(', ');
  return [
    `${machine.name}: ${gigabytes(machine.memoryBytes)} GB${machine.unified ? ', shared with its GPU' : ''}${gpus ? `, ${gpus}` : ''}, ${machine.cores} cores`,
    '',
    columns([['', 'model', 'weights', 'context', 'tokens/s', 'on', 'get it'], ...data.map(row)]),
    '',
    '* the one to take. Speeds are expected from memory bandwidth; `holdfast doctor` measures them. Sources: --json.',
    '~ rests on a figure that was not compared with its source.',
  ].join('\n');
}

function row(fit: ModelFit): string[] {
  const about = (...facts: ModelFit['unverified']): string => (facts.some((fact) => fit.unverified.includes(fact)) ? '~' : '');
  const context = fit.fits ? `${about('context', 'memory')}${Math.floor(fit.contextTokens / 1_024)}K` : 'does not fit';
  return [fit.picked ? '*' : '', `${fit.title} ${fit.quantization}`, `${about('weights')}${gigabytes(fit.weightBytes)} GB`, context, fit.fits ? String(fit.expectedSpeed) : '', fit.fits ? fit.on : '', fit.installed ? 'is there' : fit.command];
}
