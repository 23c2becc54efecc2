import type { DoctorReport, Finding } from '#contracts';
import { diagnose } from '#models';
import { local } from '../command.js';
import { EXIT } from '../remote/exit-codes.js';
import { chosenRuntime, RUNTIME_HELP, RUNTIME_OPTIONS } from '../runtime-options.js';
import { listenForStop } from '../stop-request.js';
import { writeOut } from './write-out.js';

const MARK = { passed: 'ok  ', failed: 'FAIL', not_shown: '  - ' } as const;

/** Examines a model and says what to do about what failed. */
export const doctor = local({
  help: 'examine a model on a runtime',
  usage: `doctor [OPTIONS]

Examines a model on a runtime: streaming, seeds, stops, schemas, tools, the far end of the context, cut prompts,
images, embeddings, speed, and how soon a call that is left frees the runtime. Takes a minute or more on a processor.

${RUNTIME_HELP}

Exits with ${EXIT.done} where nothing failed, ${EXIT.unsound} where something did, ${EXIT.unreachable} where the runtime does not answer.`,
  most: 0,
  options: RUNTIME_OPTIONS,
  async run({ out, values }) {
    const { runtime, model, contextTokens } = chosenRuntime(values);
    const stop = listenForStop();
    out.progress(`Examining ${model} on ${runtime.id}`);
    const report = await diagnose({ runtime, model, contextTokens, signal: stop.signal, onFinding: (finding) => out.json || console.log(shown(finding)) });
    writeOut(values['out'], report);
    out.result(report, () => summary(report));
    return report.findings.some(({ verdict }) => verdict === 'failed') ? EXIT.unsound : EXIT.done;
  },
});

const shown = ({ verdict, title, detail, remedy }: Finding): string => `${MARK[verdict]}  ${title}: ${detail}${remedy ? `\n      → ${remedy}` : ''}`;

function summary(report: DoctorReport): string {
  const doubt = report.driftDoubtful ? '\nWhat failed looks like drift from outside: drift verdicts on this model are marked doubtful.' : '';
  return `\nversion ${report.version}; tools go ${report.toolMode === 'text' ? 'by the text protocol' : 'by the runtime’s API'}${report.off.length ? `; not used with this model: ${report.off.join(', ')}` : ''}${doubt}`;
}
