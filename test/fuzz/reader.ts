import { bundleParts } from '../../libs/agents/medical/activities/fhir/bundle-parts.js';
import { validateBundle } from '#clinical';
import { campaignFileSchema, HoldfastError, importWorldSchema } from '#contracts';
import { applyBatch, FOREIGN, WorldState } from '#world';
import { openFile } from '../../libs/corpus/src/parse/index.js';
import { passagesOf } from '../../libs/corpus/src/passages.js';

/** A process that reads files as a worker does and says what came of each; it may crash or hang, and its parent watches for that. */
export type Reading = { n: number; reader: 'document' | 'bundle' | 'world'; name: string; bytes: Uint8Array };
export type Outcome = { n: number; /** `read`, `refused`, a code of HoldfastError, or `fault: …` for an error that nobody gave a name. */ outcome: string };

const PAGES = 5;
const READERS = { document: readDocument, bundle: readBundle, world: readWorld };

process.on('message', (message: Reading) => {
  void READERS[message.reader](message.name, Buffer.from(message.bytes))
    .catch((error: unknown) => (error instanceof HoldfastError ? error.code : `fault: ${error instanceof Error ? `${error.name}: ${error.message} ${(error.stack ?? '').split('\n')[1]?.trim()}` : String(error)}`))
    .then((outcome) => process.send!({ n: message.n, outcome } satisfies Outcome));
});
process.send!({ n: -1, outcome: 'ready' } satisfies Outcome);

async function readDocument(name: string, bytes: Buffer): Promise<string> {
  const file = await openFile(name, bytes, { pictures: true });
  try {
    const signal = new AbortController().signal;
    for (let n = 1; n <= Math.min(file.pages, PAGES); n++) passagesOf(await file.read(n, signal));
    for (const inner of await file.inner()) if ('bytes' in inner && inner.bytes.length === 0) continue;
    return 'read';
  } finally {
    await file.close();
  }
}

async function readBundle(_name: string, bytes: Buffer): Promise<string> {
  const bundle = parsed(bytes);
  if (bundle === undefined || (await validateBundle(bundle)).length > 0) return 'refused';
  bundleParts(bundle);
  return 'read';
}

async function readWorld(_name: string, bytes: Buffer): Promise<string> {
  const body = importWorldSchema.safeParse(parsed(bytes)).data;
  if (!body) return 'refused';
  if (body.format === 'campaign') return campaignFileSchema.safeParse(body.data).success ? 'read' : 'refused';
  const { rules, changes } = FOREIGN[body.format].read(body.data);
  return applyBatch(rules, WorldState.empty, { changes }).ok ? 'read' : 'refused';
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
