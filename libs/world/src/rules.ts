import { z } from 'zod';
import { type Attrs, type Entity, type WorldRules, worldRulesSchema } from '#contracts';

const text = { type: 'string' } as const;
const amount = { type: 'number', minimum: 0 } as const;
const flag = { type: 'boolean' } as const;
const object = (properties: Attrs, required: string[] = []): Attrs => ({ type: 'object', properties, ...(required.length ? { required } : {}) });

/** The rules that a campaign has where its game gives none of its own. */
export const CAMPAIGN_RULES: WorldRules = worldRulesSchema.parse({
  name: 'campaign',
  types: {
    location: { attrs: object({ text, x: { type: 'number' }, y: { type: 'number' } }) },
    exit: { attrs: object({ to: text, direction: text, oneWay: flag, locked: flag, key: text }, ['to']), within: ['location'], placed: true },
    character: { attrs: object({ text, alive: flag, player: flag, gold: amount, hp: amount, strength: { type: 'number' }, faction: text }), within: ['location'], placed: true },
    faction: { attrs: object({ text, gold: amount, income: amount }) },
    item: { attrs: object({ text, count: amount, fixed: flag, container: flag, open: flag, locked: flag, key: text, tells: { type: 'array', items: text } }), within: ['location', 'character', 'item'], placed: true },
    quest: { attrs: object({ text, status: { enum: ['open', 'done', 'failed'] }, giver: text }) },
    clock: { attrs: object({ text, filled: { type: 'integer', minimum: 0 }, segments: { type: 'integer', minimum: 1 }, faction: text, every: { type: 'integer', minimum: 1 }, waited: { type: 'integer', minimum: 0 }, repeats: flag, then: { type: 'array', items: { type: 'object' } } }, ['filled', 'segments']) },
    fact: { attrs: object({ text, subject: text, place: text, from: { type: 'integer' }, until: { type: 'integer' } }, ['text']) },
    lore: { attrs: object({ text, keys: { type: 'array', items: text } }, ['text']) },
  },
  relations: { trust: { min: -100, max: 100, maxChange: 20 }, standing: { min: -100, max: 100, maxChange: 20 }, owes: { min: 0, max: 1_000_000, maxChange: 1_000_000 } },
  amounts: ['gold', 'hp', 'count'],
});

/** Rules with the schemas of their types ready. */
export type CompiledRules = { rules: WorldRules; fits(entity: Entity): string | null; has(invariant: WorldRules['invariants'][number]): boolean };

const compiled = new WeakMap<WorldRules, CompiledRules>();

/**
 * Compiles the JSON Schemas of a game's types, once for each object of rules.
 * @throws Error where a schema cannot be read.
 */
export function compileRules(rules: WorldRules): CompiledRules {
  const known = compiled.get(rules);
  if (known) return known;
  const schemas = new Map(Object.entries(rules.types).map(([type, rule]) => [type, z.fromJSONSchema(rule.attrs as Parameters<typeof z.fromJSONSchema>[0])]));
  const invariants = new Set(rules.invariants);
  const result: CompiledRules = {
    rules,
    /** The path of the first attribute that does not fit, or null. */
    fits: (entity) => {
      const checked = schemas.get(entity.type)?.safeParse(entity.attrs);
      if (!checked || checked.success) return null;
      return checked.error.issues[0]?.path.join('.') || 'attrs';
    },
    has: (invariant) => invariants.has(invariant),
  };
  compiled.set(rules, result);
  return result;
}
