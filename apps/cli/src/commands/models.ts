import { writeFileSync } from 'node:fs';
import type { ModelFit, ModelList } from '#contracts';
import { fitModels, readMachine } from '#models';
import { parseRuntimeOptions, RUNTIME_HELP } from '../runtime-options.js';

const HELP = `holdfast models [OPTIONS]

Reads this machine's memory and GPUs and says which Gemma fits, with how much context and how fast, and which command
fetches it. \`HOLDFAST_MODEL=auto\`, or \`model: "auto"\` in a run, takes the best one that the runtime has.

${RUNTIME_HELP}`;

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** Says which Gemma fits this machine. */
export const models = {
  help: 'which Gemma fits this machine, and how to get it',
  async run(args: string[]): Promise<number> {
    const { runtime, values } = parseRuntimeOptions(args);
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const [machine, installed] = await Promise.all([readMachine(), runtime.models().catch(() => [])]);
    const list: ModelList = { machine, data: fitModels(machine, installed) };
    if (values.json === '-') console.log(JSON.stringify(list, null, 2));
    else if (values.json) writeFileSync(values.json, `${JSON.stringify(list, null, 2)}\n`);
    if (values.json !== '-') show(list);
    return 0;
  },
};

function show({ machine, data }: ModelList): void {
  const gpus = machine.gpus.map(({ name, memoryBytes }) => `${name} with ${gigabytes(memoryBytes)} GB`).join(', ');
  console.log(`${machine.name}: ${gigabytes(machine.memoryBytes)} GB${machine.unified ? ', shared with its GPU' : ''}${gpus ? `, ${gpus}` : ''}, ${machine.cores} cores\n`);
  const rows = [['', 'model', 'weights', 'context', 'tokens/s', 'on', 'get it'], ...data.map(row)];
  const width = (column: number): number => Math.max(...rows.map((r) => r[column]!.length));
  for (const r of rows) console.log(r.map((cell, i) => cell.padEnd(width(i))).join('  ').trimEnd());
  console.log('\n* the one to take. Speeds are expected from memory bandwidth; `holdfast doctor` measures them. Sources: --json.');
  console.log('~ rests on a figure that was not compared with its source.');
}

function row(fit: ModelFit): string[] {
  const about = (...facts: ModelFit['unverified']): string => (facts.some((fact) => fit.unverified.includes(fact)) ? '~' : '');
  const context = fit.fits ? `${about('context', 'memory')}${Math.floor(fit.contextTokens / 1_024)}K` : 'does not fit';
  return [fit.picked ? '*' : '', `${fit.title} ${fit.quantization}`, `${about('weights')}${gigabytes(fit.weightBytes)} GB`, context, fit.fits ? String(fit.expectedSpeed) : '', fit.fits ? fit.on : '', fit.installed ? 'is there' : fit.command];
}
