import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { items } from '#client';
import { pathOf, text } from '../command.js';
import { EXIT, UsageError } from './exit-codes.js';
import type { Given, RemoteCommand } from './remote-command.js';

export const exportCommand: RemoteCommand = {
  help: 'write a run, an artifact, a batch, flashcards or training data to a file',
  usage: `export run RUN                      the run with its steps, as JSON
holdfast export artifact RUN ARTIFACT      as --format json or markdown
holdfast export batch BATCH                its items with their results, as NDJSON
holdfast export cards CORPUS               as --format csv or apkg (Anki)
holdfast export training --agent AGENT     its runs as chat JSONL, with the turns to learn marked

  --verdict V      training: calibrated (default), or any turn that led on
  --ended          training: runs that did not complete, too

  --out FILE       where to (default: stdout)`,
  args: 1,
  options: { out: { type: 'string' }, format: { type: 'string' }, agent: { type: 'string' }, verdict: { type: 'string' }, ended: { type: 'boolean' } },
  async run({ client, out, args, values, signal }) {
    const [part, id = '', other = ''] = args;
    const target = text(values['out']);
    const format = text(values['format']);
    if (part !== 'training' && !id) throw new UsageError(`export ${part}: name it`);
    if (part === 'training') await training({ client, out, values, signal });
    else if (part === 'run') await write(target, Readable.from(runLines(client, id, signal)));
    else if (part === 'artifact') await writeAnswer(target, await client.raw('getArtifact', { path: { id, artifactId: other }, headers: { accept: format === 'markdown' ? 'text/markdown' : 'application/json' }, signal }));
    else if (part === 'batch') await writeAnswer(target, await client.raw('listItems', { path: { id }, headers: { accept: 'application/x-ndjson' }, signal }));
    else if (part === 'cards') await writeAnswer(target, await client.raw('exportCards', { query: { corpusId: id, format: format === 'apkg' ? 'apkg' : 'csv' }, signal }));
    else throw new UsageError(`export: there is no ${part}`);
    if (target) out.result({ out: pathOf(target) }, () => `written to ${pathOf(target)}`);
    return EXIT.done;
  },
};

async function training({ client, out, values, signal }: Pick<Given, 'client' | 'out' | 'values' | 'signal'>): Promise<void> {
  const [agent, verdict] = [text(values['agent']), text(values['verdict']) ?? 'calibrated'];
  if (!agent) throw new UsageError('export training: --agent is needed');
  if (verdict !== 'calibrated' && verdict !== 'any') throw new UsageError('export training: --verdict is calibrated or any');
  const answer = await client.raw('exportTraining', { query: { agent, verdict, status: values['ended'] ? 'ended' : 'completed' }, signal });
  await writeAnswer(text(values['out']), answer);
  const leftOut = Number(answer.headers.get('holdfast-left-out') ?? 0);
  if (leftOut > 0) out.progress(`${leftOut} sensitive run${leftOut > 1 ? 's were' : ' was'} left out: nobody released ${leftOut > 1 ? 'them' : 'it'} for training`);
}

async function* runLines(client: Given['client'], id: string, signal: AbortSignal): AsyncGenerator<string, void> {
  yield `{"run":${JSON.stringify(await client.getRun({ path: { id }, signal }))},"steps":[`;
  let between = '\n';
  for await (const step of items(client.listSteps, { path: { id }, query: { include: 'content' as const }, signal })) {
    yield `${between}${JSON.stringify(step)}`;
    between = ',\n';
  }
  yield '\n]}\n';
}

const writeAnswer = (target: string | undefined, answer: Response): Promise<void> => write(target, Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]));

async function write(target: string | undefined, from: Readable): Promise<void> {
  const to: Writable = target ? createWriteStream(pathOf(target)) : process.stdout;
  await pipeline(from, to, { end: target !== undefined });
}
