import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';
import { parseCsv } from './csv.js';

/** A clinician's note beside the conversation that it was written from. */
export type GoldNote = { set: string; /** Its file's name. */ file: string; id: string; source: string; note: string };
export const SETS = ['aci-bench', 'mts-dialog', 'primock57', 'samples'];

/** The notes below a folder, found by the form of their files: tables with a dialogue and a note, and TextGrid transcripts beside JSON notes. */
export function readGoldNotes(folder: string | null): GoldNote[] {
  const sets = folder ? ['aci-bench', 'mts-dialog', 'primock57'].flatMap((set) => readSet(join(folder, set), set)) : [];
  return sets.length > 0 ? sets : readSet(join(PROJECT_ROOT, 'samples/clinical'), 'samples');
}

function readSet(folder: string, set: string): GoldNote[] {
  const files = filesBelow(folder);
  const tables = files.filter((f) => f.endsWith('.csv')).flatMap((file) => fromTable(file, set));
  const grids = files.filter((f) => f.endsWith('.TextGrid'));
  const told = files.filter((f) => f.endsWith('.json')).flatMap((file) => fromJson(file, grids, set));
  return [...tables, ...told];
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder).sort().flatMap((name) => (statSync(join(folder, name)).isDirectory() ? filesBelow(join(folder, name)) : [join(folder, name)]));
  } catch {
    return [];
  }
}

function fromTable(file: string, set: string): GoldNote[] {
  return parseCsv(readFileSync(file, 'utf8')).flatMap((row, i) => {
    const note = row.note ?? row.section_text;
    return row.dialogue && note ? [{ set, file: file.split('/').at(-1)!, id: `${row.encounter_id ?? row.ID ?? i}`, source: row.dialogue, note }] : [];
  });
}

function fromJson(file: string, grids: string[], set: string): GoldNote[] {
  const note = (JSON.parse(readFileSync(file, 'utf8')) as { note?: unknown }).note;
  const name = file.split('/').at(-1)!.replace('.json', '');
  const spoken = grids.filter((g) => g.split('/').at(-1)!.startsWith(`${name}_`)).flatMap(utterances);
  if (typeof note !== 'string' || spoken.length === 0) return [];
  return [{ set, file: file.split('/').at(-1)!, id: name, note, source: spoken.sort((a, b) => a.at - b.at).map((u) => `${u.speaker}: ${u.text}`).join('\n') }];
}

function utterances(grid: string): { at: number; speaker: string; text: string }[] {
  const speaker = /_(\w+)\.TextGrid$/.exec(grid)?.[1] ?? 'speaker';
  const intervals = readFileSync(grid, 'utf8').matchAll(/xmin = ([\d.]+)\s+xmax = [\d.]+\s+text = "((?:[^"]|"")*)"/g);
  return [...intervals].map(([, at, text]) => ({ at: Number(at), speaker, text: text!.replaceAll('""', '"').replace(/<[^>]*>/g, ' ').trim() })).filter((u) => u.text !== '');
}

/** What the checks have learnt from; figures of other notes are those to believe, and of these those of checks that have not seen them. */
export const isForLearning = ({ set, file }: GoldNote): boolean => set !== 'samples' && /train|valid|^day[12]_/i.test(file);
