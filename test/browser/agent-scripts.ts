import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import { accepts, promptOf, says, sentenceWith } from '../harness/library.js';
import { scribe } from '../harness/scribe.js';

/** Model names, each of which stands for a script. */
export const MODELS = { reader: 'reader', coder: 'coder', publisher: 'publisher', scribe: 'scribe', teller: 'teller' } as const;
export const TOLD = 'You take the brass lamp. Mira watches.';

/** Two trials that contradict each other, on the second page of their documents. */
export const TRIALS = [
  { name: 'leiden.pdf', date: '3 May 2019', effect: 'lowered' },
  { name: 'delft.pdf', date: '7 June 2020', effect: 'raised' },
];
export const pagesOf = ({ date, effect }: (typeof TRIALS)[number]): string[] => ['Nothing of note stands on the first page.', `The trial began on ${date} in the hospital. Vitamin C ${effect} pain in 40 patients of the trial. Nobody was paid for it.`];

const PATCH = ['one', 'two'] as const;
export const FILE = { name: 'a.txt', before: `${PATCH[0]}\n`, after: `${PATCH[1]}\n` };
/** Prints what a test runner prints. */
export const CHECK = `grep -q ${PATCH[1]} a.txt && echo 'ok 1 - says two' || { echo 'not ok 1 - says two'; exit 1; }\n`;
const CODING: [name: string, args: Record<string, unknown>][] = [
  ['run', { command: 'cat a.txt' }],
  ['write', { path: FILE.name, content: FILE.after }],
  ['test', {}],
  ['finish', { status: 'fixed', summary: 'The file says two.' }],
];

/** Puts its work into the repository where a person lets it. */
const PUBLISHING: typeof CODING = [['write', { path: FILE.name, content: FILE.after }], ['publish', { branch: 'mended' }], ['finish', { status: 'not_fixed', summary: 'Nobody wanted it.' }]];

export function script(request: ScriptedRequest): ScriptedAnswer {
  if (request.model === MODELS.reader) return read(request);
  if (request.model === MODELS.scribe) return embellished(request);
  if (request.model === MODELS.teller) return { content: TOLD };
  const [name, args] = (request.model === MODELS.publisher ? PUBLISHING : CODING)[request.messages.filter(({ role }) => role === 'tool').length]!;
  return { content: `Now ${name}.`, toolCalls: [{ name, args }] };
}

/** What no source says, in one section: it has no number of weeks. */
export const UNSAID = 'The knee has hurt for 9 weeks.';
function embellished(request: ScriptedRequest): ScriptedAnswer {
  const answer = scribe(request);
  const shown = /^(S\d+): /m.exec(promptOf(request))?.[1];
  if (!shown || !/^Write the section "Chief complaint"/m.test(promptOf(request))) return answer;
  const { sentences } = JSON.parse(answer.content) as { sentences: object[] };
  return says({ sentences: [...sentences, { text: UNSAID, from: [shown] }] });
}

const note = (...items: unknown[]): ScriptedAnswer => says({ action: 'note', items });

/** What each task of the research agent asks for, as the documents have it. */
function read(request: ScriptedRequest): ScriptedAnswer {
  const prompt = promptOf(request);
  const judged = accepts(request);
  if (judged) return judged;
  if (prompt.includes('contradict each other')) return note({ kind: 'direction', why: 'One lowered pain and one raised it.', severity: 'high' });
  const sentences = [sentenceWith(request, 'Vitamin C')];
  const said = /Vitamin C \w+ pain in 40 patients/.exec(prompt)?.[0];
  if (prompt.includes('Make flashcards')) return note(...(said ? [{ question: `What did the trial of ${sentenceYear(prompt)} find?`, answer: `pain was ${/Vitamin C (\w+)/.exec(said)![1]}`, sentences }] : []));
  if (prompt.includes('dated events')) return note(...(said ? [{ what: 'The trial began in the hospital', date: /began on (\d+ \w+ \d{4})/.exec(prompt)![1], until: '', sentences: [sentenceWith(request, 'began')] }] : []));
  if (prompt.includes('say on each of these')) return note({ dimension: 'patients', value: '40', sentences });
  if (prompt.includes('what is claimed above')) return note(...(said ? [{ text: said, sentences }] : []));
  return said ? says({ action: 'answer', claims: [{ text: 'It lowered pain in one trial.', sentences: [sentenceWith(request, 'Vitamin C lowered')] }] }) : says({ action: 'search', query: 'vitamin C pain' });
}

const sentenceYear = (prompt: string): string => /began on \d+ \w+ (\d{4})/.exec(prompt)![1]!;
