import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifiersIn } from '#clinical';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';

const COMMAND = 'npm run eval:deidentify';
const SET = 'presidio-pii';

/** Texts with what in them identifies somebody, as a set has it: JSON lists of `full_text` and `spans`. */
type Item = { full_text: string; spans: { entity_type: string; start_position: number; end_position: number }[] };

const options = parseMeasureOptions(COMMAND, [SET]);
const items = options.data ? readItems(join(options.data, SET)) : [];
if (items.length === 0) throw new Error(`There is no set ${SET} in ${options.data ?? 'the data folder'}.`);

const counts = new Map<string, { all: number; found: number; partly: number }>();
let [marked, needless] = [0, 0];
for (const { full_text: text, spans } of items) {
  const found = identifiersIn(text);
  for (const s of spans) {
    const count = counts.get(s.entity_type) ?? { all: 0, found: 0, partly: 0 };
    const share = covered(s.start_position, s.end_position, found, text);
    count.all++;
    if (share === 1) count.found++;
    else if (share > 0) count.partly++;
    counts.set(s.entity_type, count);
  }
  marked += found.length;
  needless += found.filter((f) => !spans.some((s) => s.start_position < f.end && s.end_position > f.start)).length;
}

const metrics: Record<string, number> = {};
const rows: Row[] = [...counts].sort(([, a], [, b]) => b.all - a.all).map(([type, c]) => {
  metrics[`${type}.recall`] = c.found / c.all;
  metrics[`${type}.touched`] = (c.found + c.partly) / c.all;
  return { type, spans: c.all, 'all of it': (c.found / c.all).toFixed(3), 'some of it': ((c.found + c.partly) / c.all).toFixed(3) };
});
const total = [...counts.values()].reduce((sum, c) => ({ all: sum.all + c.all, found: sum.found + c.found, partly: sum.partly + c.partly }), { all: 0, found: 0, partly: 0 });
metrics['all.recall'] = total.found / total.all;
metrics['all.needless'] = marked === 0 ? 0 : needless / marked;
rows.push({ type: 'all', spans: total.all, 'all of it': (total.found / total.all).toFixed(3), 'some of it': ((total.found + total.partly) / total.all).toFixed(3) });
printTable(`What the rules of de-identification find in ${items.length} texts, without a model`, rows);
console.log(`\n${((100 * needless) / Math.max(1, marked)).toFixed(1)} % of what they replace is no identifier.`);
await writeJson(options.json, COMMAND, metrics, rows);

function readItems(folder: string): Item[] {
  const files = (path: string): string[] => {
    try {
      return readdirSync(path, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(path, e.name)) : e.name.endsWith('.json') ? [join(path, e.name)] : []));
    } catch {
      return [];
    }
  };
  return files(folder).flatMap((f) => JSON.parse(readFileSync(f, 'utf8')) as Item[]).filter((i) => typeof i.full_text === 'string' && Array.isArray(i.spans));
}

/** Share of a span's letters and digits that are replaced. */
function covered(start: number, end: number, found: readonly { start: number; end: number }[], text: string): number {
  const letters = Array.from({ length: end - start }, (_, i) => start + i).filter((i) => /[\p{L}\p{N}]/u.test(text[i]!));
  return letters.length === 0 ? 1 : letters.filter((i) => found.some((f) => f.start <= i && i < f.end)).length / letters.length;
}
