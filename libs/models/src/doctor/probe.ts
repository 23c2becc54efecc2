import { type Capability, type ChatMessage, type ChatRequest, type ChatResult, type Finding, HoldfastError, type ModelFacts, type ProbeVerdict } from '#contracts';
import type { ChatOptions, Runtime } from '../runtime.js';

/** What a probe works with. */
export type ProbeContext = {
  runtime: Runtime;
  model: string;
  /** Null where the runtime tells nothing of its models. */
  facts: ModelFacts;
  /** Context length that the needle is looked for in, in tokens. */
  contextTokens: number;
  signal: AbortSignal;
};

export type Seen = { verdict: ProbeVerdict; detail: string; remedy?: string; numbers?: Record<string, number> };

export type Probe = {
  id: string;
  title: string;
  /** The capability that it shows, and that is turned off where it fails. */
  capability?: Capability;
  run(context: ProbeContext): Promise<Seen>;
};

export const passed = (detail: string, numbers?: Record<string, number>): Seen => ({ verdict: 'passed', detail, ...(numbers && { numbers }) });
export const failed = (detail: string, remedy: string, numbers?: Record<string, number>): Seen => ({ verdict: 'failed', detail, remedy, ...(numbers && { numbers }) });
export const notShown = (detail: string): Seen => ({ verdict: 'not_shown', detail });

const CALL_MS = 300_000;

/** One short turn with the model under examination, at temperature 0 where nothing else is asked. */
export function ask(context: ProbeContext, messages: ChatMessage[] | string, more: Partial<ChatRequest> = {}, options: Partial<ChatOptions> = {}): Promise<ChatResult> {
  const asked = typeof messages === 'string' ? [{ role: 'user' as const, content: messages }] : messages;
  const { sampling, ...rest } = more;
  return context.runtime.chat(
    { model: context.model, messages: asked, contextTokens: Math.min(context.contextTokens, 2_048), sampling: { temperature: 0, seed: 1, maxTokens: 48, repeatPenalty: 1, ...sampling }, ...rest },
    { signal: AbortSignal.any([context.signal, AbortSignal.timeout(CALL_MS)]), ...options },
  );
}

/** Whether the runtime says that the model can: null where it does not say. */
export const says = (context: ProbeContext, ability: string): boolean | null => (context.facts.abilities ? context.facts.abilities.includes(ability) : null);

export const codeOf = (error: unknown): string => (error instanceof HoldfastError ? error.code : error instanceof Error ? error.name : typeof error);

/** What to do where the failure's code says it. */
const REMEDIES: Readonly<Record<string, string>> = {
  model_unreadable: 'Nothing works with this model as it is: fetch its file again, or update the runtime where it does not know the kind.',
  model_missing: 'Fetch the model, or name one that the runtime lists.',
};

/** Runs one probe; what it throws is a failure with its code, except where the caller gave up. */
export async function examine(probe: Probe, context: ProbeContext): Promise<Finding> {
  const support = probe.capability ? context.runtime.capabilities[probe.capability] : 'yes';
  const seen = support === 'no' ? notShown('not in this API') : await probe.run(context).catch((error: unknown) => broke(error, context));
  return { probe: probe.id, title: probe.title, verdict: seen.verdict, detail: seen.detail, remedy: seen.remedy ?? null, numbers: seen.numbers ?? {} };
}

function broke(error: unknown, context: ProbeContext): Seen {
  context.signal.throwIfAborted();
  const words = error instanceof HoldfastError ? error.message : 'the probe failed';
  return failed(`${codeOf(error)}: ${words}`, REMEDIES[codeOf(error)] ?? 'Look into the runtime’s own log; the other findings say what works.');
}
