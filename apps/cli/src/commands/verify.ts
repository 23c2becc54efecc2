import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { verifyNote } from '#clinical';
import { verifySchema, type Verification } from '#contracts';
import { SetupError } from '#bootstrap/setup-error';

const HELP = `holdfast verify --source FILE --note FILE [--json]

Checks a clinical note against the transcript or the notes it was written from: numbers, doses, drugs, sides, negations
and sentences that the source does not have. It needs no server and no model, and sends nothing anywhere.

  --source FILE  text that the note was written from
  --note FILE    the note; - reads standard input
  --json         print the whole answer as JSON

Exits with 0 where every sentence has support, 3 where one is doubtful.`;
const DOUBTFUL = 3;

/** Checks a note against its source, on this machine. */
export const verify = {
  help: 'check a clinical note against its transcript',
  run(args: string[]): Promise<number> {
    const { values } = parseArgs({ args, options: { source: { type: 'string' }, note: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } });
    if (values.help) {
      console.log(HELP);
      return Promise.resolve(0);
    }
    if (!values.source || !values.note) throw new SetupError('--source and --note are needed; --help shows how.');
    const parsed = verifySchema.safeParse({ kind: 'clinical-note', source: read(values.source), text: read(values.note) });
    if (!parsed.success) throw new SetupError(parsed.error.issues.map((i) => `${i.path.join('.') === 'text' ? '--note' : '--source'}: ${i.message}`).join('\n'));
    const answer = verifyNote(parsed.data.source, parsed.data.text);
    if (values.json) console.log(JSON.stringify(answer, null, 2));
    else show(answer);
    return Promise.resolve(answer.verdict === 'doubtful' ? DOUBTFUL : 0);
  },
};

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new SetupError(`${file} can't be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function show({ sentences, lexicon }: Verification): void {
  for (const { text, mismatches } of sentences) {
    console.log(`${mismatches.length > 0 ? '?' : ' '} ${text}`);
    for (const { check, text: words } of mismatches) console.log(`    ${check}: ${words}`);
  }
  const doubtful = sentences.filter((s) => s.verdict === 'doubtful').length;
  console.log(`\n${doubtful} of ${sentences.length} sentences are doubtful (drugs: ${lexicon.name}, ${lexicon.names} names of ${lexicon.drugs}).`);
}
