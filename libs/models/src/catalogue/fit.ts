import type { CatalogueModel, Machine, ModelBuild, ModelFit } from '#contracts';
import { GEMMA } from './gemma.js';

const GB = 1e9;
/** Kept for the system and this stack where the processor computes. The stack itself idles below 1.5 GB. */
const SYSTEM_BYTES = 3 * GB;
/** Kept on a graphics card for the display and the driver. */
const GPU_BYTES = 0.8 * GB;
/** Share of unified memory that a GPU may take: macOS' own limit on large machines. */
const UNIFIED_SHARE = 0.75;
/** Buffers for computing, whatever the context. */
const COMPUTE_BYTES = 0.5 * GB;
/** Below this an agent has no room to work. */
const LEAST_CONTEXT = 8_192;
/** Share of the memory bandwidth that decoding reaches in practice. */
const EFFICIENCY = 0.6;
/** GB a second where nothing better is known: two channels of DDR4, and a small card. */
const CPU_BANDWIDTH = 40;
/** GB a second of weights that one core gets through. */
const PER_CORE = 8;
const GPU_BANDWIDTH = 200;
/** Tokens a second beyond which more speed does not make an agent better. */
const FAST_ENOUGH = 12;

type Place = { on: ModelFit['on']; bytes: number; bandwidth: number };

/** Where a model would run: the largest card, shared memory, or the processor. */
function placeOf(machine: Machine): Place {
  const gpu = [...machine.gpus].sort((a, b) => b.memoryBytes - a.memoryBytes)[0];
  if (machine.unified) return { on: 'gpu', bytes: machine.memoryBytes * UNIFIED_SHARE, bandwidth: machine.bandwidth ?? GPU_BANDWIDTH };
  if (gpu && gpu.memoryBytes > 3 * GB) return { on: 'gpu', bytes: gpu.memoryBytes - GPU_BYTES, bandwidth: gpu.bandwidth ?? GPU_BANDWIDTH };
  return { on: 'cpu', bytes: machine.memoryBytes - SYSTEM_BYTES, bandwidth: Math.min(machine.bandwidth ?? CPU_BANDWIDTH, PER_CORE * machine.cores) };
}

/** Every build of the catalogue on a machine, the best first; the first that fits is picked. */
export function fitModels(machine: Machine, installed: readonly string[] = [], catalogue: readonly CatalogueModel[] = GEMMA): ModelFit[] {
  const place = placeOf(machine);
  const fits = catalogue
    .flatMap((model) => model.builds.map((build) => ({ fit: fitOf(model, build, place, installed), worth: 0, model })))
    .map((entry) => ({ ...entry, worth: worthOf(entry.fit, entry.model) }))
    .sort((a, b) => Number(b.fit.fits) - Number(a.fit.fits) || b.worth - a.worth || a.fit.weightBytes - b.fit.weightBytes)
    .map(({ fit }) => fit);
  return fits.map((fit, i) => ({ ...fit, picked: i === 0 && fit.fits }));
}

function fitOf(model: CatalogueModel, build: ModelBuild, place: Place, installed: readonly string[]): ModelFit {
  const room = place.bytes - build.weightBytes - model.memory.fixedBytes - COMPUTE_BYTES;
  const tokens = Math.floor((room / model.memory.bytesPer1000Tokens) * 1_000);
  const contextTokens = Math.min(model.context.tokens, Math.max(0, Math.floor(tokens / 1_024) * 1_024));
  const fits = contextTokens >= Math.min(LEAST_CONTEXT, model.context.tokens);
  const activeBytes = build.weightBytes * (model.parameters.active / model.parameters.total);
  return {
    id: model.id,
    title: model.title,
    quantization: build.quantization,
    weightBytes: build.weightBytes,
    fits,
    contextTokens: fits ? contextTokens : 0,
    expectedSpeed: Math.round(((place.bandwidth * GB * EFFICIENCY) / activeBytes) * 10) / 10,
    on: place.on,
    command: `ollama pull ${build.ollama}`,
    lmStudio: build.lmStudio,
    installed: installed.some((name) => sameTag(name, build.ollama)),
    picked: false,
    sources: [...new Set([build.source, model.parameters.source, model.memory.source])],
    unverified: unverifiedOf(model, build),
  };
}

function unverifiedOf({ parameters, context, memory, quality }: CatalogueModel, build: ModelBuild): ModelFit['unverified'] {
  const facts = { weights: build, parameters, context, memory, quality };
  return (Object.keys(facts) as (keyof typeof facts)[]).filter((name) => !facts[name].verified);
}

/** Quality, less where answers come slower than an agent needs them; a build that is there already wins a tie. */
function worthOf(fit: ModelFit, model: CatalogueModel): number {
  const precision = fit.quantization === 'Q8_0' ? 0.5 : 0;
  return (model.quality.mmluPro + precision + (fit.installed ? 0.1 : 0)) * Math.min(1, fit.expectedSpeed / FAST_ENOUGH) ** 0.5;
}

const sameTag = (a: string, b: string): boolean => a.replace(/:latest$/, '') === b;

/** What `model: "auto"` means: of the models that the runtime has, the one that suits the machine best. */
export function pickAuto(machine: Machine, installed: readonly string[]): { model: string; reason: string } | { missing: string } {
  const fits = fitModels(machine, installed);
  const best = fits[0]!;
  const there = fits.find((fit) => fit.fits && fit.installed);
  if (!there) return { missing: best.fits ? `None of the models that fit this machine is there. Get the best one with: ${best.command}` : 'No Gemma of the catalogue fits this machine.' };
  const tag = there.command.slice('ollama pull '.length);
  const better = best.installed ? '' : `; ${best.title} would suit it better (${best.command})`;
  return { model: installed.find((name) => sameTag(name, tag))!, reason: `${there.title} ${there.quantization} fits with ${there.contextTokens} tokens of context${better}` };
}
