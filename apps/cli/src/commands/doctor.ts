import { writeFileSync } from 'node:fs';
import { HoldfastError, type DoctorReport, type Finding } from '#contracts';
import { diagnose } from '#models';
import { parseRuntimeOptions, RUNTIME_HELP } from '../runtime-options.js';
import { listenForStop } from '../stop-request.js';

const HELP = `holdfast doctor [OPTIONS]

Examines a model on a runtime: streaming, seeds, stops, schemas, tools, the far end of the context, cut prompts,
images, embeddings, speed, and how soon a call that is left frees the runtime. Takes a minute or more on a processor.

${RUNTIME_HELP}`;

const MARK = { passed: 'ok  ', failed: 'FAIL', not_shown: '  - ' } as const;

/** Examines a model and says what to do about what failed. Exit code 1 where something failed. */
export const doctor = {
  help: 'examine a model on a runtime',
  async run(args: string[]): Promise<number> {
    const { runtime, model, contextTokens, values } = parseRuntimeOptions(args);
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const stop = listenForStop();
    console.error(`Examining ${model} on ${runtime.id}`);
    try {
      const report = await diagnose({ runtime, model, contextTokens, signal: stop.signal, onFinding: print });
      summarize(report);
      if (values.json) write(values.json, report);
      return report.findings.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      console.error(`${error.code}: ${error.message}`);
      return 1;
    }
  },
};

function print({ verdict, title, detail, remedy }: Finding): void {
  console.log(`${MARK[verdict]}  ${title}: ${detail}${remedy ? `\n      → ${remedy}` : ''}`);
}

function summarize(report: DoctorReport): void {
  console.log(`\nversion ${report.version}; tools go ${report.toolMode === 'text' ? 'by the text protocol' : 'by the runtime’s API'}${report.off.length ? `; not used with this model: ${report.off.join(', ')}` : ''}`);
  if (report.driftDoubtful) console.log('What failed looks like drift from outside: drift verdicts on this model are marked doubtful.');
}

function write(file: string, report: DoctorReport): void {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (file === '-') process.stdout.write(text);
  else writeFileSync(file, text);
}
