import { openAsBlob, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Client, type CorpusView, type IngestionView, items, pause } from '#client';
import { pathOf, text } from '../command.js';
import { EXIT, UsageError } from './exit-codes.js';
import { exitOf, follow } from './follow.js';
import { columns, type Output } from './output.js';
import type { Given, RemoteCommand } from './remote-command.js';
import { printAnswer } from '../print-answer.js';

/** Files of one upload; the API takes 200. */
const UPLOAD = 50;
const POLL_MS = 300;
const BAR = 30;
const isId = (word: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word);

const corpus: RemoteCommand = {
  help: 'list corpora, or add documents to one',
  usage: `corpus [list]
holdfast corpus add CORPUS PATH...

CORPUS is an id or a name; a name that there is not yet makes a corpus. PATH is a file or a folder on this machine.`,
  args: 0,
  async run(given) {
    const [part = 'list', ...rest] = given.args;
    if (part === 'list') return list(given);
    if (part !== 'add' || rest.length < 2) throw new UsageError('corpus: list, or add CORPUS PATH...');
    const files = (await Promise.all(rest.slice(1).map((path) => filesOf(pathOf(path))))).flat();
    if (files.length === 0) throw new UsageError('corpus add: there is no file at that path');
    return add(given, await named(given.client, rest[0]!, true), files);
  },
};

const ask: RemoteCommand = {
  help: 'ask a corpus a question',
  usage: `ask CORPUS QUESTION

The research agent answers, with quotations that were found word for word on their pages.`,
  args: 2,
  options: { model: { type: 'string' } },
  async run({ client, out, args, values, signal }) {
    const { id: corpusId } = await named(client, args[0]!, false);
    const question = args.slice(1).join(' ');
    const { id } = await client.createRun({ body: { agent: 'research', corpusId, input: { question }, model: text(values['model']) }, signal });
    out.progress(`run ${id}; Ctrl-C leaves it running`);
    const run = await follow(client, id, out, signal);
    if (out.json) out.line(run);
    else printAnswer(run, question);
    return exitOf(run);
  },
};

async function list({ client, out }: Given): Promise<number> {
  const data: CorpusView[] = [];
  for await (const one of items(client.listCorpora, {})) data.push(one);
  out.result({ data }, () => columns([['corpus', 'name', 'documents', 'passages'], ...data.map((c) => [c.id, c.name, String(c.documents), String(c.passages)])]));
  return EXIT.done;
}

async function add({ client, out, signal }: Given, into: CorpusView, files: string[]): Promise<number> {
  const done: IngestionView[] = [];
  for (let at = 0; at < files.length; at += UPLOAD) {
    const form = new FormData();
    for (const file of files.slice(at, at + UPLOAD)) form.append('files', await openAsBlob(file), basename(file));
    const { id } = await client.addDocuments({ path: { id: into.id }, body: form, signal });
    done.push(await ingested(client, into.id, id, out, { before: at, all: files.length }, signal));
  }
  const failed = done.flatMap((one) => one.files.filter((file) => file.state === 'failed'));
  for (const file of failed) out.progress(`${file.name} could not be read: ${file.failure?.detail ?? 'no reason was given'}`);
  out.result({ corpusId: into.id, ingestions: done }, () => `${into.name} (${into.id}): ${files.length - failed.length} of ${files.length} files taken in`);
  return failed.length > 0 ? EXIT.failed : EXIT.done;
}

async function ingested(client: Client, corpusId: string, id: string, out: Output, place: { before: number; all: number }, signal: AbortSignal): Promise<IngestionView> {
  for (;;) {
    const view = await client.getIngestion({ path: { id: corpusId, ingestionId: id }, signal });
    out.status(bar(place.before + Math.min(view.done + view.failed, place.all), place.all));
    if (view.status !== 'queued' && view.status !== 'running') {
      out.clear();
      return view;
    }
    await pause(POLL_MS, signal);
  }
}

export function bar(done: number, all: number): string {
  const full = Math.round((done / Math.max(1, all)) * BAR);
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${done} of ${all}`;
}

export async function named(client: Client, name: string, make: boolean): Promise<CorpusView> {
  if (isId(name)) return client.getCorpus({ path: { id: name } });
  for await (const one of items(client.listCorpora, {})) if (one.name === name) return one;
  if (make) return client.createCorpus({ body: { name } });
  throw new UsageError(`There is no corpus called ${name}: \`holdfast corpus\` lists them`);
}

async function filesOf(path: string): Promise<string[]> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`${path} is not there`);
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map((entry) => join(entry.parentPath, entry.name)).sort();
}

export const CORPUS_COMMANDS = { corpus, ask };
