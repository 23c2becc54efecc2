import type { Tool } from '#activities';
import { rerankArgsSchema, type ResearchState } from '../contract.js';
import { nameAll } from './shown.js';
import { guidanceOf, within } from './steering.js';

/** Puts what was found in the order that a turn gave; what it did not name stays behind, as it was. */
export const rerank: Tool = async (ctx, args) => {
  const names = [...new Set(rerankArgsSchema.parse(args).passages)];
  const state = ctx.state as ResearchState;
  const found = await within(ctx, (await guidanceOf(ctx)).scope, state.passages);
  const named = new Map(nameAll(found).map((p, i) => [p.name, found[i]!]));
  const unknown = names.find((name) => !named.has(name));
  if (unknown) return { content: `There is no passage ${unknown}.`, error: 'agent', reject: { code: 'output_invalid', reason: `There is no passage ${unknown}. Name those that are shown.` } };
  const first = names.map((name) => named.get(name)!);
  const passages = [...first, ...found.filter((p) => !first.includes(p))];
  return { content: `${first.length} of ${found.length} passages come first.`, state: { ...state, passages, rerankedAt: state.searches.length } satisfies ResearchState };
};
