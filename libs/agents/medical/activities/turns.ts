import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { asksForJudgement, sharedWords } from '#clinical';
import type { ParsedTurn, TurnContext, TurnPlan } from '#activities';
import { estimateTokens, parseStructured } from '#models';
import { readWords, withTx } from '#store';
import { FOUND_KINDS, MAX_SENTENCE_LENGTH, MAX_SENTENCES, medicalContract, type MedicalInput, type MedicalState, noteIdentifiersArgsSchema } from '../contract.js';
import { identifyTurn, listenTurn, patientTurn, questionTurn, releaseTurn, reviewTurn, sectionTurn, SYSTEM, WHICH_PATIENT } from '../prompts/turns.js';
import { digestOfCopy, digestOfNote, omissionsIn } from './note.js';
import { patientsIn } from './identities.js';
import { belongingTo, shownFor } from './select.js';
import { sourceOf, type Source, type SourceSentence } from './source.js';
import { templateOf } from './templates.js';

/** What the run is at; it follows from input, source and state alone, so that the tool sees what the model saw. */
export type Phase =
  | { at: 'listen' }
  | { at: 'patient'; patients: string[] }
  | { at: 'question'; question: string }
  | { at: 'identify'; shown: SourceSentence[] }
  | { at: 'section'; n: number }
  | { at: 'review' };

export function phaseOf(ctx: Pick<TurnContext, 'input' | 'state'>, source: Source): Phase {
  const [input, state] = [ctx.input as MedicalInput, ctx.state as MedicalState];
  if (input.audio && state.transcript === undefined) return { at: 'listen' };
  if (state.patient === null) {
    const patients = state.patients ?? patientsIn(source.parts.map((p) => p.identity));
    if (patients.length > 1) return { at: 'patient', patients };
  }
  if (input.question !== undefined) return { at: 'question', question: input.question };
  if (input.deidentify) return state.copy ? { at: 'review' } : { at: 'identify', shown: source.sentences.slice(state.read ?? 0, (state.read ?? 0) + READ_AT_ONCE) };
  const n = state.sections.length;
  return n < templateOf(input.template).sections.length ? { at: 'section', n } : { at: 'review' };
}

/** Sentences that one turn looks through for identifiers. */
const READ_AT_ONCE = 30;

type JsonSchema = Record<string, unknown>;
const object = (properties: JsonSchema): JsonSchema => ({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false });
const oneOf = (names: string[]): JsonSchema => ({ type: 'string', enum: names.length ? names : ['S0'] });
const listOf = (items: JsonSchema, most: number, least = 0): JsonSchema => ({ type: 'array', items, minItems: least, maxItems: most });

/** A step that is tried again must not give the same answer again. */
const RETRY_TEMPERATURE = 0.4;
const PROMPT_TOKENS = 350;
const OUTPUT_TOKENS = medicalContract.sampling.maxTokens!;
const MOST_OMISSIONS = 24;
const MOST_STATEMENTS = 12;

export async function prepareTurn(ctx: TurnContext): Promise<TurnPlan> {
  const source = await sourceOf(ctx);
  const { content, format } = await turnOf(ctx, source, phaseOf(ctx, source));
  return { system: SYSTEM, turn: [{ role: 'user', content }], history: 'none', format, ...(ctx.attempt > 1 ? { sampling: { temperature: RETRY_TEMPERATURE } } : {}) };
}

async function turnOf(ctx: TurnContext, source: Source, phase: Phase): Promise<{ content: string; format: JsonSchema }> {
  const { rejection } = ctx;
  switch (phase.at) {
    case 'listen': return { content: listenTurn(rejection), format: object({ action: oneOf(['listen']) }) };
    case 'patient': return { content: patientTurn(phase.patients, rejection), format: object({ action: oneOf(['ask']) }) };
    case 'question': {
      const shown = shownForQuestion(ctx, source, phase.question);
      return { content: questionTurn(phase.question, shown, rejection), format: object({ sentences: listOf(oneOf(shown.map((s) => s.name)), MAX_SENTENCES) }) };
    }
    case 'identify': {
      const found = object({ text: { type: 'string', minLength: 2, maxLength: 120 }, kind: oneOf([...FOUND_KINDS]) });
      return { content: identifyTurn(phase.shown, rejection), format: object({ found: listOf(found, 24) }) };
    }
    case 'section': {
      const section = templateOf((ctx.input as MedicalInput).template).sections[phase.n]!;
      const shown = shownForSection(ctx, source, phase.n);
      const words = await withTx(ctx.deps.pool, ctx.tenantId, (tx) => readWords(tx, ctx, ctx.step));
      const sentence = object({ text: { type: 'string', minLength: 4, maxLength: MAX_SENTENCE_LENGTH }, from: listOf(oneOf(shown.map((s) => s.name)), 4, 1) });
      // A small model takes the way out where it is shown one: a section whose words the source has must have a sentence, the first time.
      const least = ctx.attempt === 1 ? Math.min(2, belongingTo(shown, section).length) : 0;
      return { content: sectionTurn({ shown, section, words, rejection, mayBeEmpty: least === 0 }), format: object({ sentences: listOf(sentence, MAX_SENTENCES, least) }) };
    }
    case 'review': {
      const { sections, copy } = ctx.state as MedicalState;
      if (copy) return { content: releaseTurn(copy.replaced), format: object({ important: listOf(oneOf(['O0']), 0) }) };
      const omissions = namedOmissions(ctx, source);
      const content = reviewTurn(sections.map((s) => ({ title: s.title, text: s.sentences.map((x) => x.text).join(' ') || 'nothing' })), omissions, rejection);
      return { content, format: object({ important: listOf(oneOf(omissions.length ? omissions.map((o) => o.name) : ['O0']), omissions.length) }) };
    }
  }
}

const namedOmissions = (ctx: Pick<TurnContext, 'state'>, source: Source): { name: string; text: string }[] =>
  omissionsIn(source, (ctx.state as MedicalState).sections).slice(0, MOST_OMISSIONS).map((o, i) => ({ name: `O${i + 1}`, text: o.evidence.quote }));

export function shownForSection(ctx: Pick<TurnContext, 'input' | 'deps'>, source: Source, n: number): SourceSentence[] {
  const section = templateOf((ctx.input as MedicalInput).template).sections[n]!;
  return shownFor(source, section, ctx.deps.contextTokens, estimateTokens(SYSTEM) + PROMPT_TOKENS, OUTPUT_TOKENS);
}

export function shownForQuestion(ctx: Pick<TurnContext, 'deps'>, source: Source, question: string): SourceSentence[] {
  return shownFor(source, { title: '', about: question }, ctx.deps.contextTokens, estimateTokens(SYSTEM + question) + PROMPT_TOKENS, OUTPUT_TOKENS);
}

const sectionSaid = z.object({ sentences: z.array(z.object({ text: z.string(), from: z.array(z.string()) })) });
const namesSaid = z.object({ sentences: z.array(z.string()) });
const reviewSaid = z.object({ important: z.array(z.string()) });

/** `parseTurn` has no source at hand, and needs none: names that do not exist are refused by the tools. */
export function parseTurn(ctx: TurnContext, content: string): ParsedTurn {
  const [input, state] = [ctx.input as MedicalInput, ctx.state as MedicalState];
  if (input.audio && state.transcript === undefined) return { ok: true, text: '', calls: [{ name: 'transcribe_audio', args: {} }] };
  if (state.patient === null && state.patients) return { ok: true, text: '', calls: [{ name: 'confirm_patient', args: { question: WHICH_PATIENT, patients: state.patients, patient: '' } }] };
  if (/"action"\s*:\s*"ask"/.test(content)) return { ok: true, text: '', calls: [{ name: 'find_patients', args: {} }] };
  if (input.question !== undefined) return parseQuestion(content);
  if (input.deidentify && !state.copy) return parseFound(content, state.read ?? 0);
  const n = state.sections.length;
  return !input.deidentify && n < templateOf(input.template).sections.length ? parseSection(content, n) : parseReview(ctx, state, content);
}

function parseQuestion(content: string): ParsedTurn {
  const said = parseStructured(namesSaid, content);
  if (!said.ok) return said;
  return { ok: true, text: '', calls: [{ name: 'answer_record', args: { sentences: unique(said.value.sentences).slice(0, MAX_SENTENCES) } }] };
}

function parseSection(content: string, section: number): ParsedTurn {
  const said = parseStructured(sectionSaid, content);
  if (!said.ok) return said;
  const sentences = said.value.sentences.map((s) => ({ text: asSentence(s.text), from: unique(s.from) })).filter((s) => /\p{L}/u.test(s.text) && s.from.length > 0);
  const different = sentences.filter((s, i) => sentences.findIndex((t) => t.text.toLowerCase() === s.text.toLowerCase()) === i);
  return { ok: true, text: '', calls: [{ name: 'write_section', args: { section, sentences: different.slice(0, MAX_SENTENCES) } }] };
}

/** As a note has it: a sentence that runs into the next one would be read, and checked, together with it. */
export function asSentence(text: string): string {
  const said = text.replace(/\s+/g, ' ').trim().replace(/[\s,;:–-]+$/u, '');
  return `${said.slice(0, 1).toUpperCase()}${said.slice(1)}${/[.!?。！？]["”')\]]*$/u.test(said) ? '' : '.'}`;
}

function parseFound(content: string, from: number): ParsedTurn {
  const said = parseStructured(noteIdentifiersArgsSchema.pick({ found: true }).loose(), content);
  if (!said.ok) return said;
  return { ok: true, text: '', calls: [{ name: 'note_identifiers', args: { found: said.value.found, read: from + READ_AT_ONCE } }] };
}

/** The note is assembled and signed in one step, so that the signature's approval names it and its text. */
function parseReview(ctx: TurnContext, { sections, copy }: MedicalState, content: string): ParsedTurn {
  const said = parseStructured(reviewSaid, content);
  if (!said.ok) return said;
  const important = unique(said.value.important).flatMap((name) => (/^O[1-9]\d*$/.test(name) ? [Number(name.slice(1)) - 1] : []));
  const artifactId = uuidv5(`note ${ctx.step}/${ctx.attempt}`, ctx.runId);
  return { ok: true, text: '', calls: [{ name: 'assemble_note', args: { artifactId, important } }, { name: 'sign_off', args: { artifactId, digest: copy ? digestOfCopy(copy) : digestOfNote(sections) } }] };
}

const unique = (names: string[]): string[] => [...new Set(names)].filter((n) => /^[SO][1-9]\d*$/.test(n));

/** What the record states on a question: what the model picked, and what shares its words; quotations only. */
export function statementsOn(question: string, shown: SourceSentence[], picked: readonly string[]): SourceSentence[] {
  const like = shown.map((s) => ({ s, share: sharedWords(question, s.text) })).filter(({ share }) => share > 0.34 && share < 1).sort((a, b) => b.share - a.share).slice(0, 4).map(({ s }) => s);
  const named = shown.filter((s) => picked.includes(s.name));
  const all = [...named, ...(named.length >= 3 ? [] : like)];
  return [...new Set(all)].filter((s) => !/[?？]\s*$/u.test(s.text)).slice(0, MOST_STATEMENTS);
}

export { asksForJudgement };
