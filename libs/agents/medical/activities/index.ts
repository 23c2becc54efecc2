import type { AgentImplementation, ToolResult } from '#activities';
import type { Transcriber } from '#models';
import { medicalContract, type MedicalState } from '../contract.js';
import { SYSTEM } from '../prompts/turns.js';
import { answerRecord, assembleNote, confirmPatient, findPatients, noteIdentifiers, outcomeOf, signOff, writeSection } from './tools.js';
import { transcribeAudio } from './transcribe.js';
import { parseTurn, prepareTurn } from './turns.js';

/** Every turn carries the source and what is asked of it, so it needs no history. `transcriber`: null where recordings cannot be written down. */
export const createMedicalAgent = (transcriber: Transcriber | null): AgentImplementation => ({
  contract: medicalContract,
  initialState: () => ({ sections: [], patients: null, patient: null, artifactId: null }) satisfies MedicalState,
  prompts: [SYSTEM],
  partialResult: ({ state }) => ({ sections: (state as MedicalState).sections.map((s) => s.title) }),
  prepareTurn,
  parseTurn: (ctx, out) => parseTurn(ctx, out.content),
  tools: { transcribe_audio: transcribeAudio(transcriber), write_section: writeSection, assemble_note: assembleNote, sign_off: signOff, find_patients: findPatients, note_identifiers: noteIdentifiers, confirm_patient: confirmPatient, answer_record: answerRecord },
  refused: { sign_off: notSigned, confirm_patient: () => ({ content: 'Nobody said which patient is meant.', finish: { result: { status: 'stopped', artifactId: null, reason: 'The source names more than one patient, and nobody said which one is meant.' } } }) },
});

export const medical = createMedicalAgent(null);

function notSigned(ctx: { state: unknown }, how: 'denied' | 'expired'): ToolResult {
  const state = ctx.state as MedicalState;
  return { content: how === 'denied' ? 'The note was rejected.' : 'Nobody signed in time.', finish: { result: outcomeOf(how === 'denied' ? 'rejected' : 'expired', state.artifactId, state) } };
}
