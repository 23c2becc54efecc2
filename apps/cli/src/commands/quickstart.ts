import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, type CorpusView, createClient, items, pause, type RunEvent, type RunView } from '#client';
import { QUICKSTART_HELP } from '#bootstrap/help';
import { PROJECT_ROOT } from '#platform';
import { type RunningStack, startStack } from '#platform/stack';
import { ownKeyHeaders } from '../api-key.js';
import { printAnswer } from '../print-answer.js';
import { parseStackOptions, STACK_OPTIONS } from '../stack-options.js';
import { listenForStop } from '../stop-request.js';

const SAMPLES = join(PROJECT_ROOT, 'samples');
const CORPUS = 'Sample corpus';
const POLL_MS = 300;
const say = (message: string): void => console.error(`• ${message}`);

/** From nothing to a cited answer. */
export const quickstart = {
  help: 'run the research agent on the sample corpus and print its answer',
  options: [...STACK_OPTIONS, '--question', '--keep'],
  async run(args: string[]): Promise<number> {
    const { config, ports, values } = parseStackOptions(args, { question: { type: 'string' }, keep: { type: 'boolean' } }, true);
    if (values['help']) {
      console.log(QUICKSTART_HELP);
      return 0;
    }
    const own = values['question'];
    const question = String(own ?? (JSON.parse(readFileSync(join(SAMPLES, 'question.json'), 'utf8')) as { question: string }).question);
    // The samples hold the answer to their own question, and a tiny model takes any way out that it is offered.
    const input = { question, mayRefuse: own !== undefined };
    const stop = listenForStop();
    const stack = await startStack({ config, ports, report: say, signal: stop.signal });
    const interrupted = stop.asked.then(() => 'interrupted' as const);
    try {
      say(stack.runtimeNote);
      const done = await Promise.race([ask(createClient({ baseUrl: stack.apiUrl, headers: ownKeyHeaders(config) }), input), interrupted]);
      if (done === 'interrupted') return 130;
      if (values['json']) console.log(JSON.stringify(done, null, 2));
      else tell(done, question, stack);
      if (values['keep']) {
        say('The stack goes on running; Ctrl-C stops it.');
        await interrupted;
      } else if (!values['json']) console.log('`npm run up` starts the same stack again and keeps it running.');
      return done.status === 'completed' ? 0 : 1;
    } finally {
      await stack.stop();
    }
  },
};

function tell(done: RunView, question: string, { apiUrl, runtimeNote }: RunningStack): void {
  printAnswer(done, question);
  console.log(`\nRun       ${done.id}\nConsole   ${apiUrl}/console/runs/${done.id}\nAPI       ${apiUrl}/v1/runs/${done.id}${done.temporal.webUrl ? `\nTemporal  ${done.temporal.webUrl}` : ''}`);
  console.log(`\n${runtimeNote}`);
}

async function ask(client: Client, input: { question: string; mayRefuse: boolean }): Promise<RunView> {
  const corpus = await sampleCorpus(client);
  say(`Asking: ${input.question}`);
  const { id } = await client.createRun({ body: { agent: 'research', corpusId: corpus.id, input } });
  for await (const item of client.events(id)) if (item.kind === 'event') tellProgress(item.event);
  return client.getRun({ path: { id } });
}

async function sampleCorpus(client: Client): Promise<CorpusView> {
  if (!existsSync(SAMPLES)) throw new Error(`The sample corpus ${SAMPLES} is missing.`);
  const corpus = (await known(client)) ?? (await client.createCorpus({ body: { name: CORPUS } }));
  const { id } = await client.addDocuments({ path: { id: corpus.id }, body: { path: join(SAMPLES, 'documents') } });
  say('Reading the sample corpus');
  for (let told = 0; ; await pause(POLL_MS)) {
    const ingestion = await client.getIngestion({ path: { id: corpus.id, ingestionId: id } });
    if (ingestion.done + ingestion.failed > told) say(`  ${(told = ingestion.done + ingestion.failed)} of ${ingestion.total}`);
    if (ingestion.status === 'queued' || ingestion.status === 'running') continue;
    for (const f of ingestion.files.filter((file) => file.state === 'failed')) say(`  ${f.name} could not be read: ${f.failure?.detail ?? 'unknown'}`);
    return corpus;
  }
}

async function known(client: Client): Promise<CorpusView | undefined> {
  for await (const corpus of items(client.listCorpora, {})) if (corpus.name === CORPUS) return corpus;
  return undefined;
}

function tellProgress({ type, step, data }: RunEvent): void {
  const where = step ? `step ${step}: ` : '';
  if (type === 'step.started') say(`${where}the model is thinking`);
  if (type === 'step.attempt_reset') say(`${where}trying again`);
  if (type === 'tool.called') say(`${where}${String(data['tool'])}`);
  if (type === 'tool.finished' && data['rejected']) say(`${where}refused (${String(data['rejected'])})`);
  if (type === 'drift.report') say(`${where}drift check: ${String(data['verdict'])}`);
  if (type === 'status.changed') say(`status: ${String(data['status'])}${data['code'] ? ` (${String(data['code'])})` : ''}`);
}
