import { setTimeout as sleep } from 'node:timers/promises';
import { type ClinicalNote, clinicalNoteSchema, type DraftSection } from '#agents/medical/contract';
import { indexSource, omissionsOf, verifyNote } from '#clinical';
import { type ArtifactView, isLive, type RunView } from '#contracts';

/** What the agent drafted of one note, as it stood for review. */
export type Drafted = { status: string; sections: DraftSection[]; seconds: number };

/** Runs the agent through the REST API until its draft is in review, and rejects it there. */
export async function draftNote(apiUrl: string, input: Record<string, unknown>): Promise<Drafted> {
  const began = Date.now();
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${apiUrl}/v1${path}`, body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {});
    if (!answer.ok) throw new Error(`${path.replace(/[0-9a-f-]{36}/g, '…')} answered ${answer.status}`);
    return (await answer.json()) as T;
  };
  let run = await ask<RunView>('/runs', { agent: 'medical', input });
  while (isLive(run.status) && run.status !== 'waiting_approval') {
    await sleep(200);
    run = await ask<RunView>(`/runs/${run.id}`);
  }
  const [listed] = (await ask<{ data: ArtifactView[] }>(`/runs/${run.id}/artifacts`)).data;
  if (!listed) return { status: run.status, sections: [], seconds: (Date.now() - began) / 1_000 };
  const path = `/runs/${run.id}/artifacts/${listed.id}`;
  const artifact = await ask<ArtifactView>(path);
  const note: ClinicalNote = clinicalNoteSchema.parse(artifact.content);
  await ask(`${path}/reject`, { digest: artifact.signOff!.digest, reason: 'It was drafted to be measured.' });
  return { status: 'drafted', sections: note.sections, seconds: (Date.now() - began) / 1_000 };
}

export type Faults = { sentences: number; unsupported: number; stated: number; omitted: number };

/**
 * Faults of a note by code alone. `unsupported`: sentences that the verifier doubts. `omitted`: of the source's drugs,
 * allergies, abnormal results and follow-ups that the clinician's own note mentions, those that this one does not.
 */
export function faultsOf(source: string, note: string, gold: string): Faults {
  const index = indexSource(source);
  const key = (o: { kind: string; start: number }): string => `${o.kind} ${o.start}`;
  const all = omissionsOf(index, source, '').map(key);
  const notInGold = new Set(omissionsOf(index, source, gold).map(key));
  const missing = new Set(omissionsOf(index, source, note).map(key));
  const stated = all.filter((k) => !notInGold.has(k));
  const { sentences } = note.trim() === '' ? { sentences: [] } : verifyNote(source, note);
  return { sentences: sentences.length, unsupported: sentences.filter((s) => s.verdict === 'doubtful').length, stated: stated.length, omitted: stated.filter((k) => missing.has(k)).length };
}
