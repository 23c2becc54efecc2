import type { LoadedModel, ModelFacts, PullProgress } from '#contracts';

/** /api/show, as far as it is read. `model_info` is the GGUF's metadata. */
export type ShowAnswer = { details?: { family?: string; parameter_size?: string; quantization_level?: string }; model_info?: Record<string, unknown>; capabilities?: string[] };
/** /api/ps. */
export type PsAnswer = { models?: { name: string; size?: number; size_vram?: number; context_length?: number; expires_at?: string }[] };
export type PullAnswer = { status?: string; completed?: number; total?: number };

export function toFacts(name: string, shown: ShowAnswer, digest: string | null): ModelFacts {
  const info = shown.model_info ?? {};
  const number = (key: string): number | null => (typeof info[key] === 'number' ? info[key] : null);
  const context = Object.entries(info).find(([key, value]) => key.endsWith('.context_length') && typeof value === 'number');
  return {
    name,
    family: shown.details?.family || null,
    parameters: number('general.parameter_count'),
    quantization: shown.details?.quantization_level || null,
    contextLength: context ? Number(context[1]) : null,
    abilities: shown.capabilities ?? null,
    digest,
  };
}

export function toLoaded({ models = [] }: PsAnswer): LoadedModel[] {
  return models.map((m) => ({ name: m.name, bytes: m.size ?? 0, gpuBytes: m.size_vram ?? 0, contextLength: m.context_length ?? null, expiresAt: m.expires_at ?? null }));
}

export const toProgress = ({ status = '', completed, total }: PullAnswer): PullProgress => ({ status, completed: completed ?? null, total: total ?? null });
