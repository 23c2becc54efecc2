import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuntime, type Runtime } from '#models';
import { loadStackConfig, type RuntimeKind } from '#platform';
import { chooseRuntime, ProcessSet, startChosenRuntime, TOOLS_DIR } from '#platform/stack';

export type Given = { runtime?: string | undefined; url?: string | undefined; model?: string | undefined };
export type EvalRuntime = { runtime: Runtime; kind: RuntimeKind; url: string; model: string; note: string; stop(): Promise<void> };

/** The runtime that is named or configured; else the one that the quick start would use. Only what is not given is started. */
export async function startEvalRuntime(given: Given): Promise<EvalRuntime> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-eval-model-'));
  const report = (line: string): void => console.error(`• ${line}`);
  const named = Object.fromEntries(Object.entries({ HOLDFAST_RUNTIME: given.runtime, HOLDFAST_RUNTIME_URL: given.url, HOLDFAST_MODEL: given.model }).filter(([, value]) => value !== undefined));
  const config = loadStackConfig({ ...process.env, ...named, HOLDFAST_DATA_DIR: folder });
  const set = await ProcessSet.open(folder, report);
  const stop = async (): Promise<void> => {
    await set.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const choice = await chooseRuntime({ toolsDir: TOOLS_DIR, report }, config);
    const settings: Record<string, string> = { ...choice.settings, ...(await startChosenRuntime(set, config, choice)) };
    const [kind, url, model] = [(settings['HOLDFAST_RUNTIME'] ?? 'ollama') as RuntimeKind, settings['HOLDFAST_RUNTIME_URL'], settings['HOLDFAST_MODEL']];
    if (!url || !model) throw new Error('a runtime that is not started here needs --url and --model');
    return { runtime: createRuntime({ kind, url, model, embedModel: settings['HOLDFAST_EMBED_MODEL'] ?? model }), kind, url, model, note: choice.note, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
