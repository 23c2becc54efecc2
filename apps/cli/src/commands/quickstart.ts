import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CorpusView, IngestionView, RunView } from '#contracts';
import { QUICKSTART_HELP } from '#bootstrap/help';
import { PROJECT_ROOT } from '#platform';
import { startStack } from '#platform/stack';
import { type ApiClient, createApiClient } from '../api-client.js';
import { printAnswer } from '../print-answer.js';
import { parseStackOptions } from '../stack-options.js';
import { listenForStop } from '../stop-request.js';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLES = join(PROJECT_ROOT, 'samples');
const CORPUS = 'Sample corpus';
const say = (message: string): void => console.error(`• ${message}`);

/** From nothing to a cited answer. */
export const quickstart = {
  help: 'run the research agent on the sample corpus and print its answer',
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
      const done = await Promise.race([ask(createApiClient(stack.apiUrl), input), interrupted]);
      if (done === 'interrupted') return 130;
      printAnswer(done, question);
      console.log(`\nRun       ${done.id}\nAPI       ${stack.apiUrl}/v1/runs/${done.id}${done.temporal.webUrl ? `\nTemporal  ${done.temporal.webUrl}` : ''}`);
      console.log(`\n${stack.runtimeNote}`);
      if (values['keep']) {
        console.log('\nThe stack goes on running; Ctrl-C stops it.');
        await interrupted;
      } else {
        console.log('`npm run up` starts the same stack again and keeps it running.');
      }
      return done.status === 'completed' ? 0 : 1;
    } finally {
      await stack.stop();
    }
  },
};

async function ask(api: ApiClient, input: { question: string; mayRefuse: boolean }): Promise<RunView> {
  const corpus = await sampleCorpus(api);
  say(`Asking: ${input.question}`);
  const { id } = await api.post<RunView>('/v1/runs', { agent: 'research', corpusId: corpus.id, input });
  for await (const { event, data } of api.events(`/v1/runs/${id}/events`)) tellProgress(event, data);
  return api.get<RunView>(`/v1/runs/${id}`);
}

async function sampleCorpus(api: ApiClient): Promise<CorpusView> {
  if (!existsSync(SAMPLES)) throw new Error(`The sample corpus ${SAMPLES} is missing.`);
  const { data } = await api.get<{ data: CorpusView[] }>('/v1/corpora');
  const corpus = data.find((c) => c.name === CORPUS) ?? (await api.post<CorpusView>('/v1/corpora', { name: CORPUS }));
  let ingestion = await api.post<IngestionView>(`/v1/corpora/${corpus.id}/documents`, { path: join(SAMPLES, 'documents') });
  say('Reading the sample corpus');
  for (let told = 0; ingestion.status === 'queued' || ingestion.status === 'running'; ) {
    await sleep(300);
    ingestion = await api.get<IngestionView>(`/v1/corpora/${corpus.id}/ingestions/${ingestion.id}`);
    if (ingestion.done + ingestion.failed > told) say(`  ${(told = ingestion.done + ingestion.failed)} of ${ingestion.total}`);
  }
  for (const f of ingestion.files.filter((file) => file.state === 'failed')) say(`  ${f.name} could not be read: ${f.failure?.detail ?? 'unknown'}`);
  return corpus;
}

function tellProgress(event: string, data: Record<string, unknown>): void {
  const step = data['step'] as number | null | undefined;
  const details = (data['data'] ?? {}) as Record<string, unknown>;
  const where = step ? `step ${step}: ` : '';
  if (event === 'step.started') say(`${where}the model is thinking`);
  if (event === 'step.attempt_reset') say(`${where}trying again`);
  if (event === 'tool.called') say(`${where}${String(details['tool'])}`);
  if (event === 'tool.finished' && details['rejected']) say(`${where}refused (${String(details['rejected'])})`);
  if (event === 'drift.report') say(`${where}drift check: ${String(details['verdict'])}`);
  if (event === 'status.changed') say(`status: ${String(details['status'])}${details['code'] ? ` (${String(details['code'])})` : ''}`);
}
