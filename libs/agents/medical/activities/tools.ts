import { v5 as uuidv5 } from 'uuid';
import type { Tool, ToolContext, ToolResult } from '#activities';
import { checkDraft, deidentify, type OmissionKind, repeats, sharedWords, SPEAKER } from '#clinical';
import type { Evidence } from '#contracts';
import { readRun, withTx } from '#store';
import { answerRecordArgsSchema, assembleArgsSchema, type ClinicalNote, CLINICAL_NOTE, confirmPatientArgsSchema, DEIDENTIFIED, type DraftSection, type DraftSentence, type MedicalInput, type MedicalResult, type MedicalState, noteIdentifiersArgsSchema, signOffArgsSchema, type SourceSpan, writeSectionArgsSchema } from '../contract.js';
import { RECORD_SILENT, RECORD_STATES, REFUSAL } from '../prompts/turns.js';
import { patientsIn } from './identities.js';
import { digestOfCopy, digestOfNote, noteOf, omissionsIn } from './note.js';
import { sentenceAt, sourceOf, type Source, type SourceSentence, spanOf } from './source.js';
import { templateOf } from './templates.js';
import { asksForJudgement, shownForQuestion, shownForSection, statementsOn } from './turns.js';

/** A sentence that shares fewer of its words with what it names gets the place that the checks found it by as well. */
const FAR = 0.3;
const MOST_EVIDENCE = 6;
/** So many words of what a section is about, one after the other, are no statement. */
const ECHO = 4;

/** Takes a section: each sentence is checked against the source, and marked or left out where a check finds no support. */
export const writeSection: Tool = async (ctx, args) => {
  const { section, sentences } = writeSectionArgsSchema.parse(args);
  const [input, state] = [ctx.input as MedicalInput, ctx.state as MedicalState];
  const source = await sourceOf(ctx);
  const { title, about } = templateOf(input.template).sections[section]!;
  const shown = new Map(shownForSection(ctx, source, section).map((s) => [s.name, s]));
  const unknown = sentences.flatMap((s) => s.from).find((name) => !shown.has(name));
  if (unknown && ctx.attempt === 1) return refusal(`${unknown} is not among the sentences above.`);
  const said = state.sections.flatMap((s) => s.sentences.map((x) => x.text.toLowerCase()));
  const drafted = sentences
    // A small model gives back what it was asked for in place of an answer.
    .filter((s) => !said.includes(s.text.toLowerCase()) && !(repeats(s.text, about) && s.text.split(' ').length >= ECHO))
    .flatMap((s) => draft(source, s.text, s.from.flatMap((name) => shown.get(name) ?? [])) ?? []);
  const unsupported = drafted.filter((s) => s.verdict === 'not_in_source');
  // A model that can do no better the second time has what it wrote marked: the run goes on.
  if (drafted.length > 0 && unsupported.length === drafted.length && ctx.attempt === 1) return refusal(`${unsupported[0]!.doubts[0]!.text === '' ? 'Nothing' : `"${unsupported[0]!.doubts[0]!.text}"`} does not stand in the source like that. Write what the sentences above say, or leave the list empty.`);
  const kept = input.unsupported === 'remove' ? drafted.filter((s) => s.verdict === 'supported') : drafted;
  // A diagnosis that the source lacks is left out whatever is asked.
  const written = kept.filter((s) => !s.doubts.some((d) => d.check === 'condition'));
  const quoted = input.omissions === 'quote' ? quotations(source, title, [...state.sections, { title, sentences: written, removed: 0 }]) : [];
  const done: DraftSection = { title, sentences: [...written, ...quoted], removed: drafted.length - written.length };
  return { content: `${title}: ${written.length} sentences, ${unsupported.length} without support.`, state: { ...state, sections: [...state.sections, done] } satisfies MedicalState, gain: drafted.length ? 1 - unsupported.length / drafted.length : 0 };
};

/** Which section says what may not be left out. */
const HOME: Record<OmissionKind, RegExp> = { drug: /medic(?:ation|ine)|drug|subjective|summary|^note$/i, allergy: /allerg|subjective|summary|^note$/i, result: /result|lab|exam|objective|finding|summary|^note$/i, follow_up: /plan|follow|summary|^note$/i };
const MOST_QUOTED = 6;

/** What belongs in a section and no section says so far, in the source's own words. */
function quotations(source: Source, title: string, sections: DraftSection[]): DraftSentence[] {
  const missing = omissionsIn(source, sections).filter((o) => HOME[o.kind].test(title));
  const places = [...new Map(missing.map((o) => [`${o.evidence.part} ${o.evidence.start}`, o.evidence])).values()];
  return places.slice(0, MOST_QUOTED).map((e) => ({ text: `“${e.quote.replace(SPEAKER, '').replace(/\s+([.,?!])/g, '$1')}”`, evidence: [e], verdict: 'supported', doubts: [] }));
}

function draft(source: Source, text: string, from: SourceSentence[]): DraftSentence | null {
  const checked = checkDraft(source.index, source.text, text);
  if (!checked) return null;
  const far = sharedWords(text, from.map((s) => s.text).join(' ')) < FAR;
  const found = checked.places.flatMap((p) => sentenceAt(source, p.start) ?? []);
  const cited = far || from.length === 0 ? [...from, ...found] : [...from, ...found.slice(0, 2)];
  const evidence = [...new Set(cited)].slice(0, MOST_EVIDENCE).map(spanOf);
  const doubts = evidence.length === 0 ? [...checked.doubts, { check: 'support', text: '' }] : checked.doubts;
  return { text, evidence, verdict: doubts.length > 0 ? 'not_in_source' : 'supported', doubts };
}

/** Puts the draft down as an artifact that nobody may take out before it is signed. */
export const assembleNote: Tool = async (ctx, args) => {
  const { artifactId, important } = assembleArgsSchema.parse(args);
  const state = ctx.state as MedicalState;
  if (state.copy) return { content: 'The copy stands for review.', state: { ...state, artifactId } satisfies MedicalState, artifact: { id: artifactId, kind: DEIDENTIFIED, title: 'Record without identifiers', content: state.copy, evidence: [], verified: false } };
  const source = await sourceOf(ctx);
  const note = noteOf(source, templateOf((ctx.input as MedicalInput).template), state, important, await modelOf(ctx));
  const sentences = state.sections.flatMap((s) => s.sentences);
  const verified = sentences.every((s) => s.verdict === 'supported');
  return { content: 'The draft stands for review.', state: { ...state, artifactId } satisfies MedicalState, artifact: { id: artifactId, kind: CLINICAL_NOTE, title: 'Clinical note', content: note, evidence: evidenceOf(ctx, sentences), verified } };
};

/** Which weights wrote it, as the runtime names them. */
async function modelOf(ctx: ToolContext): Promise<ClinicalNote['model']> {
  const run = await withTx(ctx.deps.pool, ctx.tenantId, (tx) => readRun(tx, ctx));
  if (!run?.model) return null;
  const facts = await ctx.deps.runtime.describe(run.model).catch(() => null);
  return { name: run.model, digest: facts?.digest ?? null };
}

/** Keeps what a turn found; behind the last sentence the copy is made, of what the rules and the model found together. */
export const noteIdentifiers: Tool = async (ctx, args) => {
  const { found, read } = noteIdentifiersArgsSchema.parse(args);
  const state = ctx.state as MedicalState;
  const source = await sourceOf(ctx);
  const all = [...(state.found ?? []), ...found.filter((f) => source.text.includes(f.text))];
  const next: MedicalState = { ...state, found: all, read };
  const left = source.sentences.length - read;
  if (left > 0) return { content: `${found.length} were noted; ${left} sentences are left.`, state: next };
  return { content: 'All was read.', state: { ...next, copy: deidentify(source.parts, all) } satisfies MedicalState };
};

/** Runs once a person has signed. */
export const signOff: Tool = async (ctx, args) => {
  const { artifactId, digest } = signOffArgsSchema.parse(args);
  const state = ctx.state as MedicalState;
  if (digest !== (state.copy ? digestOfCopy(state.copy) : digestOfNote(state.sections))) return { content: 'What was signed is not the draft.', reject: { code: 'approval_stale', reason: 'The note has changed since it was read.', fatal: true } };
  const source = await sourceOf(ctx);
  return { content: 'The note is signed.', finish: { result: outcomeOf('signed', artifactId, state, omissionsIn(source, state.sections).length) } };
};

export function outcomeOf(status: MedicalResult['status'], artifactId: string | null, state: MedicalState, omissions?: number): MedicalResult {
  const sentences = state.sections.flatMap((s) => s.sentences);
  return { status, artifactId, sentences: sentences.length, unsupported: sentences.filter((s) => s.verdict === 'not_in_source').length, ...(omissions === undefined ? {} : { omissions }) };
}

export const findPatients: Tool = async (ctx) => {
  const patients = patientsIn((await sourceOf(ctx)).parts.map((p) => p.identity));
  if (patients.length < 2) return refusal('The source names one patient.');
  return { content: `The source names ${patients.length} patients.`, state: { ...(ctx.state as MedicalState), patients } satisfies MedicalState };
};

/** Runs once a person has said which patient is meant. */
export const confirmPatient: Tool = async (ctx, args) => {
  const { patient, patients } = confirmPatientArgsSchema.parse(args);
  if (!patients.includes(patient)) return { content: 'No patient of the source was named.', finish: { result: { status: 'stopped', artifactId: null, reason: 'The source names more than one patient, and the answer named none of them.' } satisfies MedicalResult } };
  return { content: 'Only what is of the patient that was named, or names none, is read.', state: { ...(ctx.state as MedicalState), patient } satisfies MedicalState };
};

/** Answers a question with what the record states, word for word; a question for a judgement with a refusal first. */
export const answerRecord: Tool = async (ctx, args) => {
  const { sentences } = answerRecordArgsSchema.parse(args);
  const question = (ctx.input as MedicalInput).question!;
  const source = await sourceOf(ctx);
  const statements = statementsOn(question, shownForQuestion(ctx, source, question), sentences).map(spanOf);
  const judgement = asksForJudgement(question);
  const answer = [...(judgement ? [REFUSAL[judgement]] : []), statements.length ? `${RECORD_STATES}\n${statements.map((s) => `- “${s.quote}” (${s.part}${s.page ? `, page ${s.page}` : ''})`).join('\n')}` : RECORD_SILENT].join('\n');
  const result: MedicalResult = { status: 'answered', artifactId: null, answer, refused: judgement !== null, statements };
  const evidence = statements.map((s, i) => asEvidence(ctx, s, i + 1));
  return { content: 'The question was answered from the record.', finish: { result, artifact: { kind: 'record_answer', title: 'What the record states', content: result, evidence, verified: true } } };
};

const evidenceOf = (ctx: ToolContext, sentences: DraftSentence[]): Evidence[] => sentences.flatMap((s, i) => s.evidence.map((e) => asEvidence(ctx, e, i + 1)));

/** A part of the source counts as a document of its run. */
function asEvidence(ctx: ToolContext, s: SourceSpan, claim: number): Evidence {
  const id = uuidv5(s.part, ctx.runId);
  return { claim, passageId: id, documentId: id, documentName: s.part, page: s.page, quote: s.quote, span: [s.start, s.end], verified: true };
}

const refusal = (reason: string): ToolResult => ({ content: reason, error: 'agent', reject: { code: 'evidence_missing', reason } });
