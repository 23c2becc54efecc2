import type { Tool } from '#activities';
import type { Transcriber } from '#models';
import type { MedicalInput, MedicalResult, MedicalState } from '../contract.js';

const HAS_WORDS = /[\p{L}\p{N}]/u;
const stopped = (reason: string): MedicalResult => ({ status: 'stopped', artifactId: null, reason });

/** Has the recording written down once; from then on the run reads what was written. */
export const transcribeAudio = (transcriber: Transcriber | null): Tool => async (ctx) => {
  const { audio } = ctx.input as MedicalInput;
  // The API refuses recordings where there is no transcriber; this worker may be configured otherwise.
  if (!transcriber) return { content: 'This worker has no transcriber.', reject: { code: 'validation_failed', reason: 'This worker has no transcriber: set HOLDFAST_TRANSCRIBER_URL for it as for the API.', fatal: true } };
  const transcript = await transcriber(Buffer.from(audio!.base64, 'base64'), ctx.signal);
  if (!HAS_WORDS.test(transcript)) return { content: 'Nothing was said in the recording.', finish: { result: stopped('Nothing was said in the recording.') } };
  return { content: 'The recording was written down.', state: { ...(ctx.state as MedicalState), transcript } satisfies MedicalState };
};
