import type { AgentContract, CorpusView } from '#contracts';
import { readCorpus, type Tx } from '#store';
import { InvalidRequest } from '../http/invalid-request.js';

/** `path` is where the request names the corpus. */
export type WantedCorpus = { tenantId: string; agent: AgentContract; corpusId: string | undefined; path: string };

/**
 * The corpus that a run of an agent reads; null where none is named and the agent needs none.
 * @throws InvalidRequest where the agent needs one and none is named, or the tenant has none with this id.
 */
export async function requireCorpus(tx: Tx, { tenantId, agent, corpusId, path }: WantedCorpus): Promise<CorpusView | null> {
  if (corpusId === undefined) {
    if (agent.needsCorpus) throw new InvalidRequest([{ path, message: `agent ${agent.name} needs a corpus: make one with POST /v1/corpora and give its id` }]);
    return null;
  }
  const corpus = await readCorpus(tx, { tenantId, corpusId });
  if (!corpus) throw new InvalidRequest([{ path, message: 'there is no corpus with this id' }]);
  return corpus;
}
