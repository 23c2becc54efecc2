import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRuntime, diagnose } from '#models';
import { loadStackConfig } from '#platform';
import { startStack } from '#platform/stack';
import { COLUMNS, EMBED_MODEL, MODEL } from '#test/contract/servers';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { descendantsMemory } from './memory.js';

const COMMAND = 'npm run bench:models';
const IDLE_MS = 20_000;
const PROBES = ['list', 'stream', 'speed', 'abort', 'abort_reading'];

const options = parseMeasureOptions(COMMAND, ['memory', 'cancel']);
const metrics: Record<string, number> = {};
const rows: Row[] = [];
if (options.only !== 'cancel') await memory();
if (options.only !== 'memory') await cancel();
await writeJson(options.json, COMMAND, metrics, rows);
process.exitCode = Object.keys(metrics).length > 0 ? 0 : 1;

/** The whole stack with the embedded runtime, twenty seconds after its start and again once its models are loaded. */
async function memory(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-memory-'));
  const config = loadStackConfig({ HOLDFAST_DATA_DIR: folder, HOLDFAST_PORT: '0', HOLDFAST_RUNTIME: 'embedded', HOLDFAST_LOG_LEVEL: 'warn' });
  const stack = await startStack({ config, ports: { temporal: 0, ui: 0, postgres: 0 }, report: (line) => void process.stderr.write(`• ${line}\n`) });
  try {
    await sleep(IDLE_MS);
    note('idle', 'Memory of the whole stack when idle');
    const runtime = createRuntime({ kind: 'embedded', url: stack.env['HOLDFAST_RUNTIME_URL']!, model: MODEL, embedModel: EMBED_MODEL });
    const signal = AbortSignal.timeout(120_000);
    await runtime.chat({ model: MODEL, messages: [{ role: 'user', content: 'Hello' }], sampling: { maxTokens: 1 }, contextTokens: 4_096 }, { signal });
    await runtime.embed(['Hello'], { signal });
    await sleep(IDLE_MS);
    note('loaded', 'The same with Gemma 3 270M and all-MiniLM-L6-v2 loaded');
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function note(when: string, title: string): void {
  const parts = descendantsMemory();
  const total = parts.reduce((sum, { megabytes }) => sum + megabytes, 0);
  const table = [...parts, { name: 'all', processes: parts.reduce((sum, p) => sum + p.processes, 0), megabytes: total }].map((p) => ({ part: p.name, processes: p.processes, 'MB (PSS)': p.megabytes }));
  printTable(title, table);
  for (const { name, megabytes } of parts) metrics[`memory.${when}.${name}.mb`] = megabytes;
  metrics[`memory.${when}.total.mb`] = total;
  rows.push(...table);
}

/** How soon a runtime is free after a call was left, in the answer and while the prompt is read. */
async function cancel(): Promise<void> {
  const table: Row[] = [];
  for (const column of COLUMNS.filter(({ name, missing }) => !missing && !name.startsWith('OpenAI'))) {
    const { runtime, stop } = await column.start();
    try {
      const { findings } = await diagnose({ runtime, model: MODEL, contextTokens: 4_096, signal: AbortSignal.timeout(300_000), only: PROBES });
      const numbers = (probe: string): Record<string, number> => findings.find((f) => f.probe === probe)?.numbers ?? {};
      const [answer, reading, speed] = [numbers('abort'), numbers('abort_reading'), numbers('speed')];
      table.push({ runtime: column.name, 'short call, idle (ms)': answer['idleMs'] ?? '', 'after leaving an answer (ms)': answer['afterAbortMs'] ?? '', 'reading the prompt takes (ms)': reading['readingMs'] ?? '', 'after leaving at a quarter (ms)': reading['afterAbortMs'] ?? '', 'prompt tokens/s': speed['promptPerSecond'] ?? '', 'tokens/s': speed['outputPerSecond'] ?? '' });
      for (const [name, value] of [...Object.entries(answer).map(([n, v]) => [`abort.${n}`, v] as const), ...Object.entries(reading).map(([n, v]) => [`abortReading.${n}`, v] as const)]) metrics[`${column.name.toLowerCase()}.${name}`] = value;
    } finally {
      await stop();
    }
  }
  printTable('A call that is left frees the runtime', table);
  rows.push(...table);
}
