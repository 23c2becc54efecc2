import { loadStackConfig, RUNTIME_KINDS } from '#platform';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { indexSet } from '../retrieval/index-set.js';
import { KeptAnswers, revision } from '../model/kept.js';
import { ask, type Asked, type Question } from './ask.js';
import { readResearchSets, type ResearchItem, type ResearchSet, spread } from './items.js';
import { accuracy, balancedAccuracy, macroF1 } from './scores.js';
import { startEvalStack } from './stack.js';

const COMMAND = 'npm run eval:research';
const SETS = ['pubmedqa', 'scifact'];
/** Without `--full`: questions a set, those asked again without their document, and documents that a set's library has. */
const ITEMS = 10;
const HELD_BACK_SHARE = 2;
const DOCUMENTS = 150;

const options = parseMeasureOptions(COMMAND, SETS, {
  runtime: { usage: `--runtime R   ${RUNTIME_KINDS.join(', ')} (default: as configured, else what the quick start takes)` },
  url: { usage: '--url URL     address of the runtime' },
  model: { usage: '--model M     model of the runtime' },
  queries: { usage: '--queries N   queries that a search makes of the question (default: 1)' },
  rerank: { usage: '--rerank yes  a turn puts what was found in order before the answer' },
  items: { usage: `--items N     questions a set (default: ${ITEMS}; all with --full)` },
});
const most = options.more['items'] ? Number(options.more['items']) : options.full ? Infinity : ITEMS;
/** How the runs search. */
const searching = { ...(options.more['queries'] ? { queries: Number(options.more['queries']) } : {}), ...(options.more['rerank'] === 'yes' ? { rerank: true } : {}) };
const metrics: Record<string, number> = {};
const rows: Row[] = [];

const refused = (a: Asked): boolean => a.status === 'completed' && !a.found;
const sum = (asked: Asked[], of: (a: Asked) => number): number => asked.reduce((total, a) => total + of(a), 0);
const share = (asked: Asked[], is: (a: Asked) => boolean): number => asked.filter(is).length / asked.length;
const three = (value: number): string => value.toFixed(3);

const sets = (await readResearchSets(options.data)).filter((s) => options.only === null || s.name === options.only);
if (sets.length === 0) throw new Error(`There is no set ${options.only} in the data folder.`);
const stack = await startEvalStack({ runtime: options.more['runtime'], url: options.more['url'], model: options.more['model'] });
const kept = new KeptAnswers<Asked>(loadStackConfig(process.env).dataDir, 'research', `${stack.model}-${revision()}`, options.full);
try {
  for (const set of sets) await measure(set);
} finally {
  printTable(`The research agent on closed questions (${stack.runtime}, ${stack.model})`, rows);
  await writeJson(options.json, COMMAND, metrics, rows);
  await stack.stop();
}

async function measure(set: ResearchSet): Promise<void> {
  const items = spread(set.items, set.choices, most);
  const { library, placeOf } = libraryOf(set, items);
  console.error(`• ${set.name}: embedding ${library.length} documents`);
  const indexed = await indexSet(stack.pool, stack.embedder, { name: set.name, documents: library, questions: [] });
  const askAll = async (arm: string, some: ResearchItem[], more: (goldId: string) => Partial<Question>): Promise<Asked[]> => {
    const asked: Asked[] = [];
    for (const item of some) {
      const question = { question: item.question, choices: set.choices, ...searching, ...more(indexed.documentIds[placeOf(item)]!) };
      asked.push(await kept.once(`${set.name} ${arm} ${item.id} ${library.length}${Object.keys(searching).length ? ` ${JSON.stringify(searching)}` : ''}`, () => ask(stack.apiUrl, stack.pool, indexed.corpus.corpusId, question)));
      console.error(`• ${set.name}, ${arm}: ${asked.length} of ${some.length}`);
    }
    return asked;
  };
  addAnswered(set, 'there', items, await askAll('there', items, () => ({})));
  addAnswered(set, 'there, no refusing', items, await askAll('no refusing', items, () => ({ mayRefuse: false })));
  const some = items.slice(0, Math.ceil(items.length / HELD_BACK_SHARE));
  addHeldBack(set, await askAll('held back', some, (gold) => ({ scope: { documentIds: indexed.documentIds.filter((id) => id !== gold) } })));
}

function addAnswered(set: ResearchSet, arm: string, items: ResearchItem[], asked: Asked[]): void {
  const outcomes = items.map((item, i) => ({ gold: item.gold, chosen: asked[i]!.chosen }));
  const citations = sum(asked, (a) => a.citations);
  const figures = {
    accuracy: accuracy(outcomes), macro_f1: macroF1(outcomes, set.choices), balanced_accuracy: balancedAccuracy(outcomes, set.choices),
    citations_verified: citations ? sum(asked, (a) => a.standing) / citations : 0, claims_supported: sum(asked, (a) => a.supported) / Math.max(1, sum(asked, (a) => a.claims)),
    refused: share(asked, refused), failed: share(asked, (a) => a.status !== 'completed'), seconds: sum(asked, (a) => a.seconds) / asked.length,
  };
  add(arm === 'there' ? set.name : `${set.name}.no_refusing`, figures);
  rows.push({
    set: set.name, 'gold document': arm, questions: asked.length, accuracy: three(figures.accuracy), 'macro-F1': three(figures.macro_f1), 'balanced accuracy': three(figures.balanced_accuracy),
    citations, 'of them verified': citations ? three(figures.citations_verified) : '', 'claims its judge accepts': citations ? three(figures.claims_supported) : '', refused: three(figures.refused), failed: three(figures.failed), 's a question': figures.seconds.toFixed(1),
  });
}

function addHeldBack(set: ResearchSet, asked: Asked[]): void {
  const citations = sum(asked, (a) => a.citations);
  const figures = { refused: share(asked, refused), failed: share(asked, (a) => a.status !== 'completed'), seconds: sum(asked, (a) => a.seconds) / asked.length };
  add(`${set.name}.held_back`, figures);
  rows.push({ set: set.name, 'gold document': 'held back', questions: asked.length, accuracy: '', 'macro-F1': '', 'balanced accuracy': '', citations, 'of them verified': citations ? three(sum(asked, (a) => a.standing) / citations) : '', 'claims its judge accepts': '', refused: three(figures.refused), failed: three(figures.failed), 's a question': figures.seconds.toFixed(1) });
}

/** The documents of the questions that are asked and, up to a number, others that are in their way. */
function libraryOf(set: ResearchSet, items: ResearchItem[]): { library: ResearchSet['documents']; placeOf(item: ResearchItem): number } {
  const wanted = [...new Set(items.map((i) => i.document))];
  const others = set.documents.map((_, n) => n).filter((n) => !wanted.includes(n)).slice(0, options.full ? Infinity : Math.max(0, DOCUMENTS - wanted.length));
  const all = [...wanted, ...others];
  return { library: all.map((n) => set.documents[n]!), placeOf: (item) => all.indexOf(item.document) };
}

function add(prefix: string, figures: Record<string, number>): void {
  for (const [name, value] of Object.entries(figures)) metrics[`${prefix}.${name}`] = value;
}
