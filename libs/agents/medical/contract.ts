import { z } from 'zod';
import type { AgentContract } from '#contracts';

/** A section of a note: its heading and what belongs in it. */
export type TemplateSection = { title: string; about: string };

const S = {
  complaint: { title: 'Chief complaint', about: 'why the patient came, in a few words' },
  history: { title: 'History of present illness', about: 'how the present complaint began and went: onset, course, symptoms, what makes it better or worse, what the patient denies' },
  past: { title: 'Past medical history', about: 'earlier illnesses, operations, family and social history, smoking, alcohol' },
  medication: { title: 'Medication', about: 'drugs that the patient takes or was given, with dose and how often' },
  allergies: { title: 'Allergies', about: 'allergies and reactions to drugs, or that there are none' },
  examination: { title: 'Examination', about: 'what was found on examination, vital signs' },
  results: { title: 'Results', about: 'laboratory values, imaging, electrocardiogram and other tests' },
  plan: { title: 'Assessment and plan', about: 'what the clinician said the problem is and what is to be done: treatment, tests, referrals, follow-up. Only as the clinician stated it' },
} as const satisfies Record<string, TemplateSection>;

/** Templates that come with Holdfast. */
export const TEMPLATES: Record<string, readonly TemplateSection[]> = {
  consultation: [S.complaint, S.history, S.past, S.medication, S.allergies, S.examination, S.results, S.plan],
  soap: [
    { title: 'Subjective', about: `${S.history.about}; ${S.past.about}; ${S.medication.about}; ${S.allergies.about}` },
    { title: 'Objective', about: `${S.examination.about}; ${S.results.about}` },
    { title: 'Assessment', about: 'what the clinician said the problem is. Only as the clinician stated it' },
    { title: 'Plan', about: 'what the clinician said is to be done: treatment, tests, referrals, follow-up' },
  ],
  discharge: [
    { title: 'Reason for admission', about: S.complaint.about },
    { title: 'Course in hospital', about: 'what happened and was done during the stay, in the order of time' },
    S.results,
    { title: 'Medication on discharge', about: S.medication.about },
    S.allergies,
    { title: 'Follow-up', about: 'appointments, tests and advice after discharge' },
  ],
  referral: [
    { title: 'Reason for referral', about: 'what is asked of the colleague and why' },
    S.history, S.past, S.medication, S.allergies,
    { title: 'Findings', about: `${S.examination.about}; ${S.results.about}` },
  ],
};
export const DEFAULT_TEMPLATE = 'consultation';

const MAX_SOURCE = 400_000;
const HAS_WORDS = /[\p{L}\p{N}]/u;
const text = (most: number): z.ZodString => z.string().max(most).regex(HAS_WORDS, 'has no words');

const sectionSchema = z.strictObject({ title: z.string().trim().min(1).max(120), about: z.string().max(600).default('') });
export const templateSchema = z.union([
  z.string().refine((name) => Object.hasOwn(TEMPLATES, name), { error: (issue) => `there is no template "${String(issue.input).slice(0, 60)}"; there are ${Object.keys(TEMPLATES).join(', ')}` }),
  z.strictObject({ name: z.string().min(1).max(100).optional(), sections: z.array(sectionSchema).min(1).max(24) }),
  z.strictObject({ learnFrom: z.array(text(60_000)).min(1).max(40) }),
]);
export type TemplateInput = z.output<typeof templateSchema>;

export const noteFileSchema = z.strictObject({
  name: z.string().min(1).max(200),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/).optional().describe('Of the note itself.'),
  text: text(MAX_SOURCE).optional(),
  /** PDF, docx, text, Markdown, HTML or a picture; read by Holdfast, and kept nowhere else. */
  base64: z.base64().max(24_000_000).optional(),
}).refine((n) => (n.text === undefined) !== (n.base64 === undefined), 'has either text or base64');
export type NoteFile = z.output<typeof noteFileSchema>;

/** WAV, MP3, M4A, Ogg, FLAC or WebM. */
export const audioSchema = z.strictObject({ base64: z.base64().min(8).max(24_000_000), kind: z.enum(['consultation', 'dictation']).default('consultation') });

const SOURCES = ['transcript', 'dictation', 'notes', 'bundle', 'audio'] as const;

/** What is asked of a run of the medical documentation agent: one source, and what to make of it. */
export const medicalInputSchema = z
  .strictObject({
    transcript: text(MAX_SOURCE).optional().describe('A consultation, a line a turn, each with its speaker before a colon or in brackets.'),
    dictation: text(MAX_SOURCE).optional().describe('What the clinician dictated.'),
    notes: z.array(noteFileSchema).min(1).max(400).optional(),
    bundle: z.record(z.string(), z.unknown()).optional().describe('A FHIR R4 Bundle.'),
    audio: audioSchema.optional().describe('A recording of a consultation or a dictation, which the configured transcriber writes down.'),
    template: templateSchema.default(DEFAULT_TEMPLATE),
    question: text(4_000).optional().describe('Asks the record instead of drafting a note: answered with what the record states.'),
    deidentify: z.boolean().default(false).describe('Makes a copy of the source without names, dates, phones, addresses and ids, which a person releases, instead of drafting.'),
    omissions: z.enum(['quote', 'list']).default('quote').describe('What becomes of drugs, allergies, abnormal results and follow-ups of the source that a section lacks: quoted at its end, or only listed for the reviewer.'),
    unsupported: z.enum(['mark', 'remove']).default('mark').describe('What becomes of sentences without support in the source.'),
  })
  .superRefine((input, ctx) => {
    if (input.deidentify && input.question !== undefined) ctx.addIssue({ code: 'custom', path: ['question'], message: 'either a question or a copy without identifiers' });
    const given = SOURCES.filter((s) => input[s] !== undefined);
    if (given.length !== 1) ctx.addIssue({ code: 'custom', path: [], message: `give one of ${SOURCES.join(', ')}; there ${given.length === 0 ? 'is none' : `are ${given.join(' and ')}`}` });
  });
export type MedicalInput = z.output<typeof medicalInputSchema>;

/** Where something stands in the source: a part by its name, and character offsets in its text. */
export const sourceSpanSchema = z.object({ part: z.string(), start: z.int(), end: z.int(), page: z.int().nullable(), quote: z.string() });
export type SourceSpan = z.infer<typeof sourceSpanSchema>;

export const draftSentenceSchema = z.object({
  text: z.string(),
  evidence: z.array(sourceSpanSchema),
  /** `not_in_source`: a check found no support for all of it; `doubts` say for what. */
  verdict: z.enum(['supported', 'not_in_source']),
  doubts: z.array(z.object({ check: z.string(), text: z.string() })),
});
export type DraftSentence = z.infer<typeof draftSentenceSchema>;
/** A section without sentences reads "Not documented". */
export const draftSectionSchema = z.object({ title: z.string(), sentences: z.array(draftSentenceSchema), /** Sentences without support that were left out. */ removed: z.int() });
export type DraftSection = z.infer<typeof draftSectionSchema>;

export const OMISSION_KINDS = ['drug', 'allergy', 'result', 'follow_up'] as const;
export const omissionSchema = z.object({ kind: z.enum(OMISSION_KINDS), what: z.string(), evidence: sourceSpanSchema, /** The model holds that it belongs in the note. */ important: z.boolean() });
export type Omission = z.infer<typeof omissionSchema>;

export const FINDING_KINDS = ['one_speaker', 'speakers_swapped', 'other_language', 'contradiction', 'instruction_in_source'] as const;
/** What a reviewer should know of the source. */
export const findingSchema = z.object({ kind: z.enum(FINDING_KINDS), what: z.string(), evidence: z.array(sourceSpanSchema) });
export type Finding = z.infer<typeof findingSchema>;

const recordPlaceSchema = z.object({ part: z.string(), page: z.int().nullable(), date: z.string().nullable(), start: z.int(), end: z.int(), quote: z.string() });
/** A record of several parts at a glance, found by code; every line quotes. */
export const recordOverviewSchema = z.object({
  problems: z.array(z.object({ problem: z.string(), first: z.string().nullable(), last: z.string().nullable(), places: z.array(recordPlaceSchema) })),
  timeline: z.array(z.object({ date: z.string(), precision: z.enum(['day', 'month', 'year']), place: recordPlaceSchema })),
  /** `conflict`: sources disagree on the dose, or on whether it is taken; they stand side by side. */
  medications: z.array(z.object({ drug: z.string(), statements: z.array(recordPlaceSchema.extend({ dose: z.string().nullable(), stopped: z.boolean() })), conflict: z.enum(['dose', 'stopped']).nullable() })),
});

export const clinicalNoteSchema = z.object({
  template: z.string(),
  model: z.object({ name: z.string(), digest: z.string().nullable() }).nullable(),
  patient: z.string().nullable(),
  sections: z.array(draftSectionSchema),
  omissions: z.array(omissionSchema),
  findings: z.array(findingSchema),
  /** Of a source of several parts. */
  record: recordOverviewSchema.nullable(),
});
export type ClinicalNote = z.infer<typeof clinicalNoteSchema>;

export const NOTE_OUTCOMES = ['signed', 'rejected', 'expired', 'stopped', 'answered'] as const;
export const medicalResultSchema = z.object({
  status: z.enum(NOTE_OUTCOMES),
  /** The note, where one was drafted. */
  artifactId: z.string().nullable(),
  sentences: z.int().optional(),
  unsupported: z.int().optional(),
  omissions: z.int().optional(),
  /** Of a question: what the record states. */
  answer: z.string().optional(),
  refused: z.boolean().optional(),
  statements: z.array(sourceSpanSchema).optional(),
  /** Why no note was drafted. */
  reason: z.string().optional(),
});
export type MedicalResult = z.infer<typeof medicalResultSchema>;

/** What a model names beside what code finds. */
export const FOUND_KINDS = ['name', 'date', 'phone', 'address', 'id'] as const;
export const deidentifiedSchema = z.object({ parts: z.array(z.object({ name: z.string(), text: z.string() })), replaced: z.record(z.string(), z.int()) });
export type DeidentifiedCopy = z.infer<typeof deidentifiedSchema>;

export const medicalStateSchema = z.object({
  sections: z.array(draftSectionSchema),
  /** The patients that the source names, where it names several. */
  patients: z.array(z.string()).nullable(),
  /** Of those the one that a person named. */
  patient: z.string().nullable(),
  artifactId: z.string().nullable(),
  /** What the transcriber wrote down of a recording. */
  transcript: z.string().optional(),
  /** Of a copy without identifiers: what the model found, up to which sentence, and the copy once all is read. */
  found: z.array(z.object({ text: z.string(), kind: z.enum(FOUND_KINDS) })).optional(),
  read: z.int().optional(),
  copy: deidentifiedSchema.optional(),
});
export type MedicalState = z.infer<typeof medicalStateSchema>;

export const MAX_SENTENCES = 8;
export const MAX_SENTENCE_LENGTH = 320;
const name = z.string().regex(/^S\d+$/);
export const writeSectionArgsSchema = z.strictObject({ section: z.int().min(0), sentences: z.array(z.strictObject({ text: z.string().min(1), from: z.array(name).min(1) })).max(MAX_SENTENCES) });
export const noteIdentifiersArgsSchema = z.strictObject({ found: z.array(z.strictObject({ text: z.string().min(1).max(200), kind: z.enum(FOUND_KINDS) })).max(40), read: z.int().min(1) });
export const transcribeArgsSchema = z.strictObject({});
export const findPatientsArgsSchema = z.strictObject({});
/** A person edits `patient`: as the question is asked it is empty, and approving that names nobody. */
export const confirmPatientArgsSchema = z.strictObject({ question: z.string(), patients: z.array(z.string()), patient: z.string().describe('One of `patients`.') });
export const answerRecordArgsSchema = z.strictObject({ sentences: z.array(name).max(MAX_SENTENCES) });
export const assembleArgsSchema = z.strictObject({ artifactId: z.uuid(), important: z.array(z.int()) });
/** `digest` is that of the note's text, so that what is signed is what was read. */
export const signOffArgsSchema = z.strictObject({ artifactId: z.uuid(), digest: z.string() });

/** Kinds of artifact that may leave only once they are signed. */
export const CLINICAL_NOTE = 'clinical_note';
export const DEIDENTIFIED = 'deidentified_record';
const DAY = 86_400;
const tool = { effect: 'read', timeoutMs: 60_000, exempt: true } as const;

/** Drafts clinical notes section by section; each sentence has its source, and a person signs. */
export const medicalContract: AgentContract = {
  name: 'medical',
  version: '1',
  title: 'Medical documentation',
  description: 'Drafts a note in sections from a transcript, dictation, notes or a FHIR bundle. Each sentence names its source and is checked by code; a person signs. It does not diagnose and does not prescribe.',
  input: medicalInputSchema,
  result: medicalResultSchema,
  state: medicalStateSchema,
  tools: [
    { ...tool, name: 'transcribe_audio', description: 'Writes down the recording.', kind: 'read', timeoutMs: 900_000, parameters: transcribeArgsSchema },
    { ...tool, name: 'find_patients', description: 'Finds the patients that the source names.', kind: 'read', parameters: findPatientsArgsSchema },
    { ...tool, name: 'confirm_patient', description: 'Asks a person which patient is meant.', kind: 'ask', parameters: confirmPatientArgsSchema, approval: { expiresAfterS: 7 * DAY, remindAfterS: DAY } },
    { ...tool, name: 'write_section', description: 'Takes a section, its sentences checked against the source.', kind: 'mutate', parameters: writeSectionArgsSchema },
    { ...tool, name: 'note_identifiers', description: 'Notes what of some sentences identifies somebody.', kind: 'read', parameters: noteIdentifiersArgsSchema },
    { ...tool, name: 'assemble_note', description: 'Puts the sections together as the draft.', kind: 'mutate', parameters: assembleArgsSchema },
    { ...tool, name: 'sign_off', description: 'Ends the run once a person has signed.', kind: 'finish', parameters: signOffArgsSchema, approval: { expiresAfterS: 14 * DAY, remindAfterS: DAY } },
    { ...tool, name: 'answer_record', description: 'Answers with what the record states.', kind: 'finish', parameters: answerRecordArgsSchema },
  ],
  limits: { maxSteps: 200, maxTokens: 4_000_000, maxSeconds: 30 * DAY },
  sampling: { temperature: 0, maxTokens: 700, repeatPenalty: 1.1 },
  drift: { enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: false, holdout: 0 },
  maxAttempts: 3,
  needsCorpus: false,
  sensitive: true,
  memory: { compaction: false, tools: false },
};

export const NOT_DOCUMENTED = 'Not documented';
export const NOT_IN_SOURCE = '[not in source]';

/** The note as text, as it is signed and printed: sections with their sentences, those without support marked. */
export function noteText(sections: readonly Pick<DraftSection, 'title' | 'sentences'>[]): string {
  return sections.map((s) => `${s.title}\n${s.sentences.length === 0 ? NOT_DOCUMENTED : s.sentences.map(sentenceText).join(' ')}`).join('\n\n');
}

export const sentenceText = ({ text, verdict }: Pick<DraftSentence, 'text' | 'verdict'>): string => (verdict === 'supported' ? text : `${text} ${NOT_IN_SOURCE}`);
