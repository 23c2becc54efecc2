import { type Check, CHECKS, drugLexicon, scoreOf, THRESHOLDS } from '#clinical';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { type Case, casesOf } from './cases.js';
import { readGoldNotes, SETS } from './notes.js';
import { type Kind, KINDS } from './perturb.js';

const COMMAND = 'npm run eval:verifier';
/** The share of untouched sentences that may be marked. */
const FALSE_ALARMS = 0.05;
/** The check that looks for each kind of change. */
const CHECK_OF = { dose: 'dose', drug: 'drug', number: 'number', side: 'side', negation: 'negation', added: 'support' } as const satisfies Record<Kind, string>;

const options = parseMeasureOptions(COMMAND, SETS);
const notes = readGoldNotes(options.data).filter((n) => options.only === null || n.set === options.only);
if (notes.length === 0) throw new Error(`There are no notes of ${options.only ?? 'any set'} in ${options.data ?? 'the samples'}.`);
const cases = casesOf(notes);
const metrics: Record<string, number> = {};
const rows: Row[] = [];

for (const set of [...new Set(notes.map((n) => n.set)), 'all']) {
  addRows(set, cases.filter((c) => set === 'all' || c.set === set));
}
addRows('all, not learnt from', cases.filter((c) => !c.forLearning));
printTable(`What the check of notes finds in ${notes.length} notes, each with one thing changed by code`, rows);
const { drugs, names } = drugLexicon();
console.log(`\nDrugs: ${names} names of ${drugs} drugs. "its check": the threshold of that check alone is put where ${FALSE_ALARMS * 100} % of untouched sentences are marked. "all checks": as it ships.`);
await writeJson(options.json, COMMAND, metrics, rows);

function addRows(set: string, own: Case[]): void {
  if (own.length === 0) return;
  const untouched = own.filter((c) => c.kind === 'untouched');
  const alarms = share(untouched, isMarked);
  metrics[`${set}.false-alarms`] = alarms;
  for (const kind of KINDS) addRow(set, kind, own.filter((c) => c.kind === kind), untouched, alarms);
}
function addRow(set: string, kind: Kind, changed: Case[], untouched: Case[], alarms: number): void {
  const check = CHECK_OF[kind];
  const scores = untouched.map((c) => doubtOf(c, check)).sort((a, b) => b - a);
  const threshold = scores[Math.floor(scores.length * FALSE_ALARMS)] ?? 0;
  const alone = share(changed, (c) => doubtOf(c, check) > threshold);
  const together = share(changed, isMarked);
  metrics[`${set}.${kind}.its-check`] = alone;
  metrics[`${set}.${kind}.all-checks`] = together;
  rows.push({ set, changed: kind, sentences: changed.length, 'its check': alone.toFixed(3), 'all checks': together.toFixed(3), untouched: untouched.length, 'marked of these': alarms.toFixed(3) });
}

/** A changed number may be a dose's. */
function doubtOf({ sentence }: Case, check: Check): number {
  return check === 'number' ? Math.max(scoreOf(sentence, 'number'), scoreOf(sentence, 'dose')) : scoreOf(sentence, check);
}

function isMarked({ sentence }: Case): boolean {
  return CHECKS.some((check) => scoreOf(sentence, check) > THRESHOLDS[check]);
}

function share(of: Case[], such: (c: Case) => boolean): number {
  return of.length === 0 ? 0 : of.filter(such).length / of.length;
}
