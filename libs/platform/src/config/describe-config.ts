import { relative } from 'node:path';
import type { z } from 'zod';
import { PROJECT_ROOT } from './project-root.js';
import { settingsSchema } from './schema.js';

export interface SettingDescription {
  readonly name: string;
  /** As it would be written in the environment, or words where the machine decides; empty when there is none. */
  readonly default: string;
  readonly description: string;
}

/** The settings in the schema's order, for documentation and `holdfast config`. */
export function describeConfig(): SettingDescription[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => ({
    name,
    default: shown(schema),
    description: schema.description ?? '',
  }));
}

function shown(schema: z.ZodType): string {
  const words = schema.meta()?.['shownDefault'];
  if (typeof words === 'string') return words;
  const parsed = schema.safeParse(undefined);
  if (!parsed.success || parsed.data === undefined) return '';
  const values = Array.isArray(parsed.data) ? parsed.data : [parsed.data];
  return values.map((value) => withoutRoot(String(value))).join(':');
}

function withoutRoot(value: string): string {
  return value.startsWith(PROJECT_ROOT) ? relative(PROJECT_ROOT, value) : value;
}
