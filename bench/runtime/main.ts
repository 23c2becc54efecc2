import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';
import { gemma270m, llamaLibraries, TOOLS_DIR } from '#platform/stack';
import { Child } from '#test/harness/child';
import { ollamaMissing, startTestOllama } from '#test/setup/ollama';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { tokenCost } from './ahead.js';
import { bareFolder, bareSpeed, type Speed } from './bare.js';
import { type AskedReply, askedReplies } from './replies.js';
import { alternatingTurns, firstTokens, serverSpeed, together } from './server.js';

const COMMAND = 'npm run bench:runtime';
const PARTS = ['speed', 'ahead', 'turns', 'parallel'];
const options = parseMeasureOptions(COMMAND, PARTS);
const MODEL = 'gemma3:270m';
/** One thread: with two on a shared machine all three measure the neighbours. */
const THREADS = 1;
const TOKENS = options.full ? 128 : 64;
const ROUNDS = options.full ? 9 : 3;

const setup = { toolsDir: TOOLS_DIR, report: (message: string): void => console.error(`• ${message}`) };
const gguf = await gemma270m(setup);
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-runtime-'));
const llamaDir = await llamaLibraries(setup);
const children: Child[] = [];
const url = await serve(1);
const metrics: Record<string, number> = {};
const rows: Row[] = [];
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Starts the embedded runtime with so many slots. @returns its address */
async function serve(slots: number): Promise<string> {
  const child = new Child(`runtime-${slots}`, {
    command: process.execPath,
    args: ['--import', join(PROJECT_ROOT, 'test/setup/source-loader.mjs'), join(PROJECT_ROOT, 'apps/runtime/src/main.ts')],
    env: { HOLDFAST_LLAMA_DIR: llamaDir, HOLDFAST_GGUF: gguf, HOLDFAST_MODEL: MODEL, HOLDFAST_THREADS: String(THREADS), HOLDFAST_MODEL_SLOTS: String(slots), HOLDFAST_RUNTIME_PORT: '0' },
    log: join(folder, `runtime-${slots}.log`),
    ready: /runtime ready on http/,
  });
  children.push(child);
  await child.start();
  const address = /http:\S+/.exec(child.readyLine)![0];
  // Loaded before anything is timed.
  await fetch(`${address}/api/chat`, { method: 'POST', body: JSON.stringify({ model: MODEL, messages: [] }) });
  return address;
}

/** Every reply by every server, rounds in turn, so that what else the machine does meets all of them. */
async function speed(): Promise<void> {
  const bare = bareFolder();
  const ollama = ollamaMissing === undefined ? await startTestOllama() : undefined;
  const runners: Record<string, (asked: AskedReply) => Promise<Speed>> = { embedded: (asked) => serverSpeed(url, MODEL, asked, THREADS) };
  if ('folder' in bare) runners['node-llama-cpp, bare loop'] = (asked) => bareSpeed(bare.folder, gguf, asked, THREADS);
  else console.error(`• ${bare.missing}`);
  if (ollama) runners['Ollama'] = (asked) => serverSpeed(ollama.url, MODEL, asked, THREADS);
  else console.error(`• ${ollamaMissing}`);
  try {
    for (const asked of askedReplies(TOKENS)) rows.push(...(await race(asked, runners)));
    printTable(`Replies of ${TOKENS} and ${2 * TOKENS} tokens, ${THREADS} thread, ${ROUNDS} rounds in turn`, rows);
  } finally {
    await ollama?.stop();
  }
}

async function race(asked: AskedReply, runners: Record<string, (asked: AskedReply) => Promise<Speed>>): Promise<Row[]> {
  const seen = Object.fromEntries(Object.keys(runners).map((name) => [name, [] as Speed[]]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    // Another first word each round, so that no prompt is reused.
    const inRound = { ...asked, prompt: `${round} ${asked.prompt}` };
    for (const [name, run] of Object.entries(runners)) seen[name]!.push(await run(inRound));
  }
  const ours = seen['embedded']!;
  return Object.entries(seen).map(([name, speeds]) => {
    // Ratio within a round, then the median: neighbours come and go between rounds.
    const ratio = median(speeds.map((other, i) => ours[i]!.replyPerSecond / other.replyPerSecond));
    const replies = speeds.map((s) => s.replyPerSecond);
    const key = `${asked.kind}.${name}`.replaceAll(/[^\w.]+/g, '_').toLowerCase();
    Object.assign(metrics, { [`${key}.reply_per_second`]: median(replies), [`${key}.ratio`]: ratio });
    const foreseen = speeds.flatMap((s) => s.foreseen ?? []);
    return { reply: asked.kind, server: name, 'reply tokens/s': median(replies).toFixed(1), least: Math.min(...replies).toFixed(1), most: Math.max(...replies).toFixed(1), foreseen: foreseen.length > 0 ? `${(100 * median(foreseen)).toFixed(0)} %` : '', 'prompt tokens/s': median(speeds.map((s) => s.promptPerSecond)).toFixed(0), 'embedded is': `${ratio.toFixed(2)} ×` };
  });
}

/** What evaluating ahead saves, by kind of reply: the embedded runtime against itself, by turns. */
async function ahead(): Promise<void> {
  const table: Row[] = [];
  for (const asked of askedReplies(TOKENS)) {
    const cost = (round: number, lookup: boolean) => tokenCost(url, children[0]!.pid, MODEL, asked, `${lookup} ${round}`, lookup);
    const pairs = [];
    for (let round = 1; round <= ROUNDS; round += 1) pairs.push({ alone: await cost(round, false), ahead: await cost(round, true) });
    const [alone, together] = [median(pairs.map((p) => p.alone.ms)), median(pairs.map((p) => p.ahead.ms))];
    const ratio = median(pairs.map((p) => p.alone.ms / p.ahead.ms));
    metrics[`ahead.${asked.kind.replaceAll(/\W+/g, '_').toLowerCase()}.ratio`] = ratio;
    table.push({ reply: asked.kind, 'token by token, ms': alone.toFixed(1), 'ahead, ms': together.toFixed(1), 'evaluated ahead': `${(100 * median(pairs.map((p) => p.ahead.foreseen))).toFixed(0)} %`, 'faster by': `${ratio.toFixed(2)} ×` });
  }
  printTable('CPU time a token of the reply, embedded runtime', table);
  rows.push(...table);
}

/** A run's turns: each prompt is the one before with a turn more. */
async function turns(): Promise<void> {
  const found = await firstTokens(url, MODEL, 20);
  const shown: Row[] = [found[0]!, found[9]!, found[19]!].map(({ turn, prompt, cached, ms }) => ({ turn, 'prompt tokens': prompt, reused: cached, 'first token ms': ms.toFixed(0), 'ms a prompt token': (ms / prompt).toFixed(2) }));
  Object.assign(metrics, { turn1_ms: found[0]!.ms, turn20_ms: found[19]!.ms, turn20_prompt: found[19]!.prompt, turn20_reused: found[19]!.cached });
  printTable('First token by turn of a conversation', shown);
  rows.push(...shown);
}

/** What a runtime with four slots writes in all, by how many ask at once; and two conversations that take turns. */
async function parallel(): Promise<void> {
  const four = await serve(4);
  const table: Row[] = [];
  for (const asking of [1, 2, 4]) {
    // The first round tries what is faster, together or one by one.
    await together(four, MODEL, asking, TOKENS);
    const seen = await together(four, MODEL, asking, TOKENS);
    metrics[`parallel.${asking}.reply_per_second`] = seen.perSecond;
    table.push({ 'asking at once': asking, 'reply tokens/s in all': seen.perSecond.toFixed(1), 'first tokens within ms': seen.firstTokenMs.toFixed(0) });
  }
  printTable('Four slots', table);
  const turns = await alternatingTurns(url, MODEL, 5);
  Object.assign(metrics, { 'alternating.prompt': turns.prompt, 'alternating.reused': turns.cached, 'alternating.first_token_ms': turns.ms });
  const alternating: Row[] = [{ 'prompt tokens': turns.prompt, reused: turns.cached, 'first token ms': turns.ms.toFixed(0) }];
  printTable('Fifth turn of two conversations that take turns, one slot', alternating);
  rows.push(...table, ...alternating);
}

try {
  if (!options.only || options.only === 'speed') await speed();
  if (!options.only || options.only === 'ahead') await ahead();
  if (!options.only || options.only === 'turns') await turns();
  if (!options.only || options.only === 'parallel') await parallel();
  await writeJson(options.json, COMMAND, metrics, rows);
} finally {
  for (const child of children) await child.stop();
  rmSync(folder, { recursive: true, force: true });
}
