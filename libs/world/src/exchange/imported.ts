import type { Attrs, ImportError, WorldChange, WorldRules } from '#contracts';
import { CAMPAIGN_RULES } from '../rules.js';

/** What a foreign world becomes: the changes that make it under its rules, and what could not be taken. */
export type Imported = { rules: WorldRules; changes: WorldChange[]; errors: ImportError[] };

/** A campaign's rules, but things of a foreign world stand wherever it puts them. */
export function rulesFor(name: string): WorldRules {
  const { types } = CAMPAIGN_RULES;
  const anywhere = ['location', 'character', 'item'];
  return { ...CAMPAIGN_RULES, name, types: { ...types, character: { ...types['character']!, within: anywhere }, item: { ...types['item']!, within: anywhere } } };
}

export function created(id: string, type: string, name: string, inside: string | null, attrs: Attrs): WorldChange {
  return { kind: 'created', entity: { id, type, name, in: inside, attrs } };
}

/** The id of the entity that keeps what a file says of itself. */
export const FILE = 'import:file';

/** What is known of somebody's file is not what they mean by it: an object, or nothing. */
export const recordOf = (value: unknown): Record<string, unknown> => (value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {});

/** Without some keys; what is left is kept as it is. */
export function without(record: Record<string, unknown>, ...keys: string[]): Attrs {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => !keys.includes(key) && value !== undefined)) as Attrs;
}
