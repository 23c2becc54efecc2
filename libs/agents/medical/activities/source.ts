import type { TurnContext } from '#activities';
import { indexSource, noteSentences, SPEAKER, type SourceIndex, validateBundle } from '#clinical';
import { HoldfastError } from '#contracts';
import { parseFile } from '#corpus';
import type { MedicalInput, MedicalState, NoteFile, SourceSpan } from '../contract.js';
import { bundleParts } from './fhir/bundle-parts.js';
import { identityOf, samePatient, type Identity } from './identities.js';
import { isInstruction } from './instructions.js';

/** A piece of the source that stands by itself: the transcript, a page of a note, a FHIR resource. Offsets of spans are in its text. */
export type SourcePart = { name: string; text: string; page: number | null; date: string | null; identity: Identity | null };
/** A sentence of the source under the name that turns show it by. `at` is where its text begins in the whole. */
export type SourceSentence = { name: string; part: SourcePart; start: number; end: number; text: string; at: number };
export type Source = {
  parts: SourcePart[];
  /** All parts, as the checks read them. */
  text: string;
  index: SourceIndex;
  sentences: SourceSentence[];
  /** Words that give orders to a machine: shown to the reviewer and to no model. */
  instructions: SourceSentence[];
};

/** Read sources that a worker keeps in memory; nothing of them is written down. */
const HELD = 8;
const held = new Map<string, Promise<Source>>();

/** The run's source as sentences, of the patient that was chosen where it has several. The same input gives the same names. */
export function sourceOf(ctx: Pick<TurnContext, 'runId' | 'input' | 'state'>): Promise<Source> {
  const { patient, transcript } = ctx.state as MedicalState;
  const key = `${ctx.runId} ${transcript === undefined ? '' : 'heard'} ${patient ?? ''}`;
  let source = held.get(key);
  if (!source) {
    held.set(key, (source = readSource(heard(ctx.input as MedicalInput, transcript), patient)));
    source.catch(() => held.delete(key));
    if (held.size > HELD) held.delete(held.keys().next().value!);
  }
  return source;
}

/** A recording is read as what was written down of it. */
function heard({ audio, ...input }: MedicalInput, transcript = ''): MedicalInput {
  if (!audio) return input;
  return audio.kind === 'dictation' ? { ...input, dictation: transcript } : { ...input, transcript };
}

export async function readSource(input: MedicalInput, patient: string | null): Promise<Source> {
  const all = await partsOf(input);
  const parts = patient === null ? all : all.filter((p) => p.identity === null || samePatient(p.identity, patient));
  const sentences: SourceSentence[] = [];
  const instructions: SourceSentence[] = [];
  let text = '';
  for (const part of parts) {
    for (const s of sentencesOfPart(part.text)) {
      const sentence = { name: '', part, ...s, text: part.text.slice(s.start, s.end), at: text.length + s.start };
      if (isInstruction(sentence.text)) instructions.push(sentence);
      else sentences.push({ ...sentence, name: `S${sentences.length + 1}` });
    }
    text += `${part.text}\n`;
  }
  for (const { at, text: said } of instructions) text = text.slice(0, at) + ' '.repeat(said.length) + text.slice(at + said.length);
  return { parts, text, index: indexSource(text), sentences, instructions };
}

async function partsOf(input: MedicalInput): Promise<SourcePart[]> {
  if (input.bundle) return checkedParts(input.bundle);
  if (input.notes) return (await Promise.all(input.notes.map(notePages))).flat();
  const [name, text] = input.transcript !== undefined ? ['transcript', input.transcript] : ['dictation', input.dictation ?? ''];
  return [{ name: name, text: text.replace(/\r\n?/g, '\n'), page: null, date: null, identity: identityOf(text) }];
}

/** Runs of batches and schedules come here unchecked. */
async function checkedParts(bundle: unknown): Promise<SourcePart[]> {
  const [issue] = await validateBundle(bundle);
  if (issue) throw new HoldfastError('validation_failed', `The bundle is not FHIR R4: ${issue.path}: ${issue.message}.`);
  return bundleParts(bundle);
}

async function notePages(note: NoteFile): Promise<SourcePart[]> {
  const common = { name: note.name, date: note.date ?? null };
  if (note.text !== undefined) return [{ ...common, text: note.text.replace(/\r\n?/g, '\n'), page: null, identity: identityOf(note.text) }];
  const parsed = await parseFile(note.name, Buffer.from(note.base64!, 'base64'), new AbortController().signal);
  // A file is about one patient: its first page says who.
  const identity = parsed.pages.map((p) => identityOf(p.text)).find((i) => i !== null) ?? null;
  return parsed.pages.map((p) => ({ ...common, text: p.text, page: p.page || null, identity }));
}

/** Characters of a turn that are one sentence; transcripts without capitals have no other ends of sentences than full stops. */
const LONG_TURN = 180;

/** A turn of a conversation is one sentence unless it is long: what an answer means depends on all of it. */
function sentencesOfPart(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const s of turnsOf(text).flatMap((turn) => noteSentences(turn.text).map((x) => ({ ...x, start: x.start + turn.at, end: x.end + turn.at }))).flatMap((x) => piecesOf(text, x))) {
    const last = found.at(-1);
    const joins = last && !SPEAKER.test(s.text) && inTurn(text, last.start) && !text.slice(last.end, s.start).includes('\n') && s.end - last.start <= LONG_TURN;
    if (joins) last.end = s.end;
    else found.push({ start: s.start, end: s.end });
  }
  return found.filter((s) => /[\p{L}\d]/u.test(text.slice(s.start, s.end).replace(SPEAKER, '')));
}

/** A text cut where somebody begins to speak; names of speakers may be written small, as if a sentence went on. */
function turnsOf(text: string): { text: string; at: number }[] {
  const starts = [...text.matchAll(/^/gm)].map((m) => m.index).filter((at) => at > 0 && SPEAKER.test(text.slice(at, text.indexOf('\n', at) + 1 || undefined)));
  return [0, ...starts].map((at, i) => ({ text: text.slice(at, starts[i]), at }));
}

/** A long sentence of a turn, cut at its full stops. */
function piecesOf(text: string, s: { start: number; end: number; text: string }): { start: number; end: number; text: string }[] {
  if (s.end - s.start <= LONG_TURN || !inTurn(text, s.start)) return [s];
  const pieces: { start: number; end: number; text: string }[] = [];
  for (const m of s.text.matchAll(/\S.*?(?:[.?!](?=\s)|$)/gs)) pieces.push({ start: s.start + m.index, end: s.start + m.index + m[0].length, text: m[0] });
  return pieces;
}

function inTurn(text: string, at: number): boolean {
  return SPEAKER.test(text.slice(text.lastIndexOf('\n', at - 1) + 1));
}

export const spanOf = ({ part, start, end, text }: SourceSentence): SourceSpan => ({ part: part.name, start, end, page: part.page, quote: text });

/** The sentence that holds a place of the whole. */
export const sentenceAt = (source: Source, at: number): SourceSentence | undefined => source.sentences.find((s) => s.at <= at && at < s.at + s.text.length);
