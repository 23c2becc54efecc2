import { HoldfastError } from '#contracts';
import { codeOf } from '../command.js';
import { EXIT } from '../remote/exit-codes.js';
import { steerEval } from './steer-eval.js';
import { steerFit } from './steer-fit.js';
import { steerLabel } from './steer-label.js';
import { steerUse } from './steer-use.js';

const HELP = `holdfast steer label TRANSCRIPTS --out FILE  (--overthinking KIND=VALUE --overacting KIND=VALUE | --judge) [--source NAME] [--most N]
holdfast steer fit  LABELLED --out FILE
holdfast steer eval VECTORS LABELLED
holdfast steer use  VECTORS --prompt TEXT [--mode read|clamp|fixed|gate] [--opposite] [--seed N] [--most TOKENS]

Fits directions in the residual stream of a model on the embedded runtime to labelled steps, and reads or corrects
them while it writes. Off unless asked for; a vector file is refused on any other model. docs/steering.md has what
was measured.

  --url URL      the embedded runtime (default: HOLDFAST_RUNTIME_URL)
  --model NAME   default: HOLDFAST_MODEL, else gemma3:270m
  --json         print JSON`;

const PARTS: Record<string, (args: string[]) => Promise<number>> = { label: steerLabel, fit: steerFit, eval: steerEval, use: steerUse };

export const steer = {
  help: 'activation steering: label steps, fit axes, test them, use them',
  options: ['--out', '--overthinking', '--overacting', '--judge', '--source', '--most', '--prompt', '--mode', '--opposite', '--seed', '--url', '--model', '--json', '--help'],
  async run([part = '--help', ...args]: string[]): Promise<number> {
    const run = PARTS[part];
    if (!run || args.includes('--help')) {
      console.log(HELP);
      return run || part === '--help' ? EXIT.done : EXIT.usage;
    }
    try {
      return await run(args);
    } catch (error) {
      if (!(error instanceof HoldfastError) && !(error instanceof RangeError)) throw error;
      console.error(error instanceof HoldfastError ? `${error.code}: ${error.message}` : error.message);
      return error instanceof HoldfastError ? codeOf(error) : EXIT.usage;
    }
  },
};
