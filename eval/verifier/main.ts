import { type Check, drugLexicon, THRESHOLDS } from '#clinical';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { readGoldNotes, SETS } from './notes.js';
import { type Kind, KINDS } from './perturb.js';
import { CHECK_OF, doubtOf, isMarked, type Scored, scoreCases, thresholdAt, wilson } from './scored.js';

const COMMAND = 'npm run eval:verifier';
/** The share of untouched sentences that may be marked. */
const FALSE_ALARMS = 0.05;

const options = parseMeasureOptions(COMMAND, SETS, { show: { usage: '--show N      print so many changes that were missed, and untouched sentences that were marked, of each kind' } });
const notes = readGoldNotes(options.data);
if (!notes.some((n) => options.only === null || n.set === options.only)) throw new Error(`There are no notes of ${options.only ?? 'any set'} in ${options.data ?? 'the samples'}.`);
const cases = scoreCases(notes, (line) => console.error(line)).filter((c) => options.only === null || c.set === options.only);
const metrics: Record<string, number> = {};
const rows: Row[] = [];

const sets = [...new Set(cases.map((c) => c.set))];
for (const set of sets.length > 1 ? [...sets, 'all'] : sets) addRows(set, cases.filter((c) => set === 'all' || c.set === set));
printTable(`What the check of notes finds in ${new Set(cases.map((c) => c.note)).size} notes, each with one thing changed by code (95 % intervals)`, rows);
const { drugs, names } = drugLexicon();
console.log(`\nDrugs: ${names} names of ${drugs} drugs. "its check": the threshold of that check alone is put where ${FALSE_ALARMS * 100} % of untouched sentences are marked. "all checks": as it ships. Notes that were learnt from are checked by what was learnt from others.`);
const shown = Number(options.more.show ?? 0);
if (shown > 0) for (const kind of KINDS) show(kind, shown);
await writeJson(options.json, COMMAND, metrics, rows);

function addRows(set: string, own: Scored[]): void {
  const untouched = own.filter((c) => c.kind === 'untouched');
  const alarms = share(untouched, (c) => isMarked(c, THRESHOLDS));
  metrics[`${set}.false-alarms`] = alarms.share;
  for (const kind of KINDS) addRow(set, kind, own.filter((c) => c.kind === kind), untouched, alarms);
}

function addRow(set: string, kind: Kind, changed: Scored[], untouched: Scored[], alarms: Share): void {
  const check = CHECK_OF[kind];
  const threshold = thresholdAt(untouched.map((c) => doubtOf(c, check)), FALSE_ALARMS);
  const alone = share(changed, (c) => doubtOf(c, check) > threshold);
  const together = share(changed, (c) => isMarked(c, THRESHOLDS));
  metrics[`${set}.${kind}.its-check`] = alone.share;
  metrics[`${set}.${kind}.all-checks`] = together.share;
  rows.push({ set, changed: kind, sentences: changed.length, 'its check': alone.text, 'all checks': together.text, untouched: untouched.length, 'marked of these': alarms.text });
}

/** Sentences of the sets go to the screen only. */
function show(kind: Kind, most: number): void {
  const check: Check = CHECK_OF[kind];
  const untouched = cases.filter((c) => c.kind === 'untouched');
  const threshold = thresholdAt(untouched.map((c) => doubtOf(c, check)), FALSE_ALARMS);
  const lines = (title: string, of: Scored[]): void => {
    console.log(`\n${kind}, ${title}: ${of.length}`);
    for (const c of spread(of, most)) console.log(`  ${doubtOf(c, check).toFixed(3)} [${c.set}] ${c.sentence.text}`);
  };
  lines('missed', cases.filter((c) => c.kind === kind && doubtOf(c, check) <= threshold));
  lines('false alarms', untouched.filter((c) => doubtOf(c, check) > threshold));
}

function spread<T>(of: readonly T[], most: number): T[] {
  return of.filter((_, i) => Math.floor((i * most) / of.length) !== Math.floor(((i - 1) * most) / of.length));
}

type Share = { share: number; text: string };
function share(of: Scored[], such: (c: Scored) => boolean): Share {
  const { share: p, low, high } = wilson(of.filter(such).length, of.length);
  return { share: p, text: `${p.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})` };
}
