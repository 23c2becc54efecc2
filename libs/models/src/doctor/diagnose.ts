import type { Capability, DoctorReport, Finding, ModelFacts } from '#contracts';
import type { Runtime } from '../runtime.js';
import { examine, type Probe, type ProbeContext } from './probe.js';
import { answerProbes } from './probes/answers.js';
import { contextProbes } from './probes/context.js';
import { controlProbes } from './probes/control.js';
import { senseProbes } from './probes/senses.js';
import { structureProbes } from './probes/structure.js';
import { toolProbes } from './probes/tools.js';

/** All that is examined, in order: what later findings rest on comes first. */
export const PROBES: readonly Probe[] = [...answerProbes, ...structureProbes, ...toolProbes, ...contextProbes, ...controlProbes, ...senseProbes];

export type Examination = {
  runtime: Runtime;
  model: string;
  contextTokens: number;
  signal: AbortSignal;
  /** Names of the probes to run; all where not given. */
  only?: readonly string[];
  onFinding?: (finding: Finding) => void;
};

/** Findings whose failure looks like drift: the model gets other words than were sent, or its own are lost. */
const LIKE_DRIFT = new Set(['stream', 'tools_called', 'tools_result', 'refuses_long', 'cut_noticed', 'max_tokens']);
/** A model that the runtime does not have, or that does not answer, is examined no further. */
const ESSENTIAL = new Set(['list', 'stream']);

/** Examines one model on one runtime, one probe after another, and draws the conclusions. */
export async function diagnose({ runtime, model, contextTokens, signal, only, onFinding }: Examination): Promise<DoctorReport> {
  const version = await runtime.version();
  const context: ProbeContext = { runtime, model, contextTokens, signal, facts: await runtime.describe(model).catch(() => unknownFacts(model)) };
  const findings: Finding[] = [];
  for (const probe of PROBES.filter(({ id }) => !only || only.includes(id))) {
    const lost = findings.find((f) => ESSENTIAL.has(f.probe) && f.verdict === 'failed');
    const finding = lost ? skipped(probe, lost) : await examine(probe, context);
    findings.push(finding);
    onFinding?.(finding);
  }
  return { runtimeId: runtime.id, model, version, examinedAt: new Date().toISOString(), findings, ...conclude(findings) };
}

/** What follows from the findings: features that are not used, how tools go to the model, its speeds. */
export function conclude(findings: readonly Finding[]): Pick<DoctorReport, 'off' | 'toolMode' | 'promptSpeed' | 'outputSpeed' | 'loadMs' | 'driftDoubtful'> {
  const broken = findings.filter(({ verdict }) => verdict === 'failed');
  const off = new Set(broken.map(({ probe }) => PROBES.find(({ id }) => id === probe)?.capability).filter((c): c is Capability => c !== undefined));
  // Tools that do not work natively are described in the prompt: the feature stays, by another way.
  const toolMode = broken.some(({ probe }) => probe === 'tools_called') ? 'text' : 'native';
  off.delete('tools');
  const speed = findings.find(({ probe }) => probe === 'speed')?.numbers;
  return {
    off: [...off],
    toolMode,
    promptSpeed: speed?.['promptPerSecond'] ?? null,
    outputSpeed: speed?.['outputPerSecond'] ?? null,
    loadMs: speed?.['loadMs'] || null,
    driftDoubtful: broken.some(({ probe }) => LIKE_DRIFT.has(probe)),
  };
}

const skipped = (probe: Probe, lost: Finding): Finding => ({ probe: probe.id, title: probe.title, verdict: 'not_shown', detail: `not examined: "${lost.title}" failed`, remedy: null, numbers: {} });

const unknownFacts = (name: string): ModelFacts => ({ name, family: null, parameters: null, quantization: null, contextLength: null, abilities: null, digest: null });
