import { readFileSync } from 'node:fs';
import { verifyNote } from '#clinical';
import { verifySchema, type Verification } from '#contracts';
import { local, pathOf, text } from '../command.js';
import { EXIT, UsageError } from '../remote/exit-codes.js';

/** Checks a note against its source, on this machine. */
export const verify = local({
  help: 'check a clinical note against its transcript',
  usage: `verify --source FILE --note FILE

Checks a clinical note against the transcript or the notes it was written from: numbers, doses, drugs, sides, negations
and sentences that the source does not have. It needs no server and no model, and sends nothing anywhere.

  --source FILE    text that the note was written from
  --note FILE      the note; - reads standard input

Exits with ${EXIT.done} where every sentence has support, ${EXIT.unsound} where one is doubtful.`,
  most: 0,
  options: { source: { type: 'string' }, note: { type: 'string' } },
  async run({ out, values }) {
    const [source, note] = [text(values['source']), text(values['note'])];
    if (!source || !note) throw new UsageError('verify: --source and --note are needed');
    const parsed = verifySchema.safeParse({ kind: 'clinical-note', source: read(source), text: read(note) });
    if (!parsed.success) throw new UsageError(parsed.error.issues.map((i) => `${i.path.join('.') === 'text' ? '--note' : '--source'}: ${i.message}`).join('\n'));
    const answer = verifyNote(parsed.data.source, parsed.data.text);
    out.result(answer, () => shown(answer));
    return answer.verdict === 'doubtful' ? EXIT.unsound : EXIT.done;
  },
});

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : pathOf(file), 'utf8');
  } catch (error) {
    throw new UsageError(`${file} can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function shown({ sentences, lexicon }: Verification): string {
  const lines = sentences.flatMap(({ text: sentence, mismatches }) => [`${mismatches.length > 0 ? '?' : ' '} ${sentence}`, ...mismatches.map(({ check, text: words }) => `    ${check}: ${words}`)]);
  const doubtful = sentences.filter((s) => s.verdict === 'doubtful').length;
  return [...lines, '', `${doubtful} of ${sentences.length} sentences are doubtful (drugs: ${lexicon.name}, ${lexicon.names} names of ${lexicon.drugs}).`].join('\n');
}
