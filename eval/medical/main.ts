import { loadStackConfig, RUNTIME_KINDS } from '#platform';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { startEvalStack } from '../research/stack.js';
import { KeptAnswers, revision } from '../model/kept.js';
import { type GoldNote, readGoldNotes, SETS } from '../verifier/notes.js';
import { DIVISIONS, divisionOf, divisionsOf } from './divisions.js';
import { type Drafted, draftNote, type Faults, faultsOf } from './draft.js';
import { type Rouge, rouge } from './rouge.js';

const COMMAND = 'npm run eval:medical';
/** Without `--full`: notes a set. */
const NOTES = 4;

const options = parseMeasureOptions(COMMAND, SETS, {
  runtime: { usage: `--runtime R   ${RUNTIME_KINDS.join(', ')} (default: as configured, else what the quick start takes)` },
  url: { usage: '--url URL     address of the runtime' },
  model: { usage: '--model M     model of the runtime' },
  items: { usage: `--items N     notes a set (default: ${NOTES}; all with --full)` },
});
const most = options.more['items'] ? Number(options.more['items']) : options.full ? Infinity : NOTES;
const metrics: Record<string, number> = {};
const rows: Row[] = [];

const notes = readGoldNotes(options.data).filter((n) => options.only === null || n.set === options.only);
if (notes.length === 0) throw new Error(`There are no notes of ${options.only ?? 'any set'} in ${options.data ?? 'the samples'}.`);
const stack = await startEvalStack({ runtime: options.more['runtime'], url: options.more['url'], model: options.more['model'] });
const kept = new KeptAnswers<Drafted>(loadStackConfig(process.env).dataDir, 'medical', `${stack.model}-${revision()}`, options.full);
try {
  for (const set of [...new Set(notes.map((n) => n.set))]) await measure(set, spread(notes.filter((n) => n.set === set)));
} finally {
  printTable(`Drafted notes beside the clinician's (${stack.runtime}, ${stack.model}); ROUGE is F1 in percent`, rows);
  console.log('\nunsupported: sentences that the verifier doubts, marked ones left out (bar 1.5 %). omitted: drugs, allergies, abnormal results and follow-ups of the source that the clinician’s note mentions and this one does not (bar 3.5 %). marked: sentences that the agent itself marked or removed.');
  await writeJson(options.json, COMMAND, metrics, rows);
  await stack.stop();
}

/** Evenly through a set, so that few notes are of all its kinds. */
function spread(all: GoldNote[]): GoldNote[] {
  const step = Math.max(1, all.length / Math.min(most, all.length));
  return Array.from({ length: Math.min(most, all.length) }, (_, i) => all[Math.floor(i * step)]!);
}

type Scored = { whole: Rouge; parts: Partial<Record<string, Rouge>>; faults: Faults; marked: number; drafted: number; seconds: number; failed: boolean };

async function measure(set: string, items: GoldNote[]): Promise<void> {
  const [drafted, copied]: [Scored[], Scored[]] = [[], []];
  for (const item of items) {
    const template = divisionsOf(item.note) ? 'consultation' : set === 'mts-dialog' ? { sections: [{ title: 'Summary', about: 'all that was said' }] } : 'soap';
    const draft = await kept.once(`${set} ${item.file} ${item.id}`, () => draftNote(stack.apiUrl, { transcript: item.source, template }));
    drafted.push(scoreDraft(item, draft));
    copied.push(scoreCopy(item));
    console.error(`• ${set}: ${drafted.length} of ${items.length} notes`);
  }
  addRow(set, 'agent', drafted);
  addRow(set, 'transcript copied', copied);
}

function scoreDraft({ source, note }: GoldNote, { sections, seconds, status }: Drafted): Scored {
  const unmarked = sections.map((s) => ({ title: s.title, text: s.sentences.filter((x) => x.verdict === 'supported').map((x) => x.text).join(' ') }));
  const gold = divisionsOf(note);
  const parts = gold ? Object.fromEntries(DIVISIONS.filter((d) => gold[d]).map((d) => [d, rouge(unmarked.filter((s) => divisionOf(s.title) === d).map((s) => s.text).join(' '), gold[d])])) : {};
  const all = sections.flatMap((s) => s.sentences);
  const removed = sections.reduce((sum, s) => sum + s.removed, 0);
  // As a reader has it: what stands under "Allergies" need not say the word again.
  const text = unmarked.filter((s) => s.text).map((s) => `${s.title.toUpperCase()}:\n${s.text}`).join('\n\n');
  return { whole: rouge(unmarked.filter((s) => s.text).map((s) => `${s.title} ${s.text}`).join('\n'), note), parts, faults: faultsOf(source, text, note), marked: all.filter((s) => s.verdict !== 'supported').length + removed, drafted: all.length + removed, seconds, failed: status !== 'drafted' };
}

function scoreCopy({ source, note }: GoldNote): Scored {
  const gold = divisionsOf(note);
  const parts = gold ? Object.fromEntries(DIVISIONS.filter((d) => gold[d]).map((d) => [d, rouge(source, gold[d])])) : {};
  return { whole: rouge(source, note), parts, faults: { ...faultsOf(source, source, note), unsupported: 0 }, marked: 0, drafted: 0, seconds: 0, failed: false };
}

function addRow(set: string, arm: string, all: Scored[]): void {
  const sum = (of: (s: Scored) => number): number => all.reduce((total, s) => total + of(s), 0);
  const share = (a: number, b: number): number => (b === 0 ? 0 : a / b);
  const figures: Record<string, number> = {
    rouge1: sum((s) => s.whole.r1) / all.length, rouge2: sum((s) => s.whole.r2) / all.length, rougeL: sum((s) => s.whole.rl) / all.length,
    unsupported: share(sum((s) => s.faults.unsupported), sum((s) => s.faults.sentences)), omitted: share(sum((s) => s.faults.omitted), sum((s) => s.faults.stated)),
    marked: share(sum((s) => s.marked), sum((s) => s.drafted)), failed: sum((s) => Number(s.failed)) / all.length, seconds: sum((s) => s.seconds) / all.length,
  };
  for (const d of DIVISIONS) {
    const own = all.flatMap((s) => s.parts[d] ?? []);
    for (const r of ['r1', 'r2', 'rl'] as const) if (own.length) figures[`${d}.${r}`] = own.reduce((total, x) => total + x[r], 0) / own.length;
  }
  const name = `${set}.${arm === 'agent' ? 'agent' : 'copied'}`;
  for (const [key, value] of Object.entries(figures)) metrics[`${name}.${key}`] = value;
  const percent = (value: number | undefined): string => (value === undefined ? '' : (100 * value).toFixed(1));
  const three = (d: string): string => (figures[`${d}.r1`] === undefined ? '' : ['r1', 'r2', 'rl'].map((r) => percent(figures[`${d}.${r}`])).join(' / '));
  rows.push({
    set, note: arm, notes: all.length, 'ROUGE-1': percent(figures['rouge1']), 'ROUGE-2': percent(figures['rouge2']), 'ROUGE-L': percent(figures['rougeL']),
    ...Object.fromEntries(DIVISIONS.map((d) => [`${d} 1/2/L`, three(d)])),
    'unsupported %': percent(figures['unsupported']), 'omitted %': percent(figures['omitted']), 'marked %': arm === 'agent' ? percent(figures['marked']) : '', 'failed %': percent(figures['failed']), 's a note': arm === 'agent' ? figures['seconds']!.toFixed(1) : '',
  });
}
