import { type DocumentView, type IngestionView, isLive, type RunView, type SearchResult } from '#contracts';
import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import type { RestClient } from './rest-api.js';
import { until } from './until.js';

/** A corpus behind the REST API, as a person works with it. */
export class Library {
  private constructor(
    readonly stack: RestClient,
    readonly id: string,
  ) {}

  static async make(stack: RestClient): Promise<Library> {
    const { body } = await stack.post<{ id: string }>('/corpora', { name: 'library' });
    return new Library(stack, body.id);
  }

  /** Takes in a file or folder of the server, or uploads. Resolves once all files have their outcome. */
  async ingest(what: { path: string } | { uploads: { name: string; bytes: Buffer | string }[] }, ms = 60_000): Promise<IngestionView> {
    return this.ended(await this.begin(what), ms);
  }

  async begin(what: { path: string } | { uploads: { name: string; bytes: Buffer | string }[] }): Promise<string> {
    const body = 'path' in what ? JSON.stringify(what) : new FormData();
    if ('uploads' in what) for (const { name, bytes } of what.uploads) (body as FormData).append('files', new Blob([new Uint8Array(Buffer.from(bytes as string))]), name);
    const res = await fetch(`${this.stack.url}/corpora/${this.id}/documents`, { method: 'POST', body, ...('path' in what ? { headers: { 'content-type': 'application/json' } } : {}) });
    const accepted = (await res.json()) as { id: string };
    if (res.status !== 202) throw new Error(`POST documents answered ${res.status}: ${JSON.stringify(accepted)}`);
    return accepted.id;
  }

  async ingestion(id: string): Promise<IngestionView> {
    return (await this.stack.get<IngestionView>(`/corpora/${this.id}/ingestions/${id}`)).body;
  }

  ended(id: string, ms = 60_000): Promise<IngestionView> {
    return until('the ingestion to end', async () => {
      const view = await this.ingestion(id);
      return view.status === 'completed' || view.status === 'failed' ? view : null;
    }, ms);
  }

  async search(query: string, more = ''): Promise<SearchResult> {
    return (await this.stack.get<SearchResult>(`/corpora/${this.id}/search?query=${encodeURIComponent(query)}${more}`)).body;
  }

  async documents(): Promise<DocumentView[]> {
    return (await this.stack.get<{ data: DocumentView[] }>(`/corpora/${this.id}/documents?limit=200`)).body.data;
  }

  async describe(name: string, by: { tags?: string[]; dated?: string }): Promise<void> {
    const document = (await this.documents()).find((d) => d.name === name)!;
    await this.stack.patch(`/corpora/${this.id}/documents/${document.id}`, by);
  }

  /** Starts a run of the research agent over it. */
  async ask(input: Record<string, unknown>): Promise<string> {
    const { status, body } = await this.stack.post<{ id: string }>('/runs', { agent: 'research', corpusId: this.id, input });
    if (status !== 202) throw new Error(`POST /runs answered ${status}: ${JSON.stringify(body)}`);
    return body.id;
  }

  runEnded(id: string): Promise<RunView> {
    return until(`run ${id} to end`, async () => {
      const { body } = await this.stack.get<RunView>(`/runs/${id}`);
      return isLive(body.status) ? null : body;
    }, 60_000);
  }
}

export const promptOf = (request: ScriptedRequest): string => request.messages.at(-1)!.content;
export const says = (value: unknown): ScriptedAnswer => ({ content: JSON.stringify(value) });
/** A judge's turn is about claims; every claim is accepted. */
export function accepts(request: ScriptedRequest): ScriptedAnswer | null {
  if (!promptOf(request).startsWith('Does each claim')) return null;
  return says({ action: 'judge', verdicts: [...promptOf(request).matchAll(/^(C\d+): /gm)].map((m) => ({ claim: m[1], supported: 'yes', why: 'as it stands' })) });
}
/** The name under which a turn shows the sentence that holds `words`. */
export const sentenceWith = (request: ScriptedRequest, words: string): string | undefined => new RegExp(`^(S\\d+): [^\\n]*${words}`, 'm').exec(promptOf(request))?.[1];
