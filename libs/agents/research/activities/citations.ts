import type { ToolContext } from '#activities';
import type { Evidence } from '#contracts';
import { type PlacedPassage, readPassages, withTx } from '#store';
import type { CitedClaim, Citation } from '../contract.js';
import type { CheckedClaim } from './evidence.js';

/** Passages by id, as they stand in the corpus now. */
export async function placesOf(ctx: ToolContext, passageIds: string[]): Promise<Map<string, PlacedPassage>> {
  const corpus = { tenantId: ctx.tenantId, corpusId: ctx.corpusId! };
  const places = await withTx(ctx.deps.pool, ctx.tenantId, (tx) => readPassages(tx, corpus, passageIds));
  return new Map(places.map((p) => [p.passageId, p]));
}

export function citationOf(e: Evidence, section: string | null): Citation {
  return { passageId: e.passageId, documentId: e.documentId, documentName: e.documentName, page: e.page, section, quote: e.quote, ...(e.pageSpan ? { span: e.pageSpan } : {}), ...(e.region ? { region: e.region } : {}) };
}

export function citedClaim(c: CheckedClaim, places: ReadonlyMap<string, PlacedPassage>): CitedClaim {
  return { text: c.text, citations: c.evidence.map((e) => citationOf(e, places.get(e.passageId)?.section ?? null)) };
}

/** Citations as an artifact's evidence, numbered by the claim they belong to. A citation's span is its page's. */
export function evidenceOf(claims: { citations: Citation[] }[], places: ReadonlyMap<string, PlacedPassage>): Evidence[] {
  return claims.flatMap((c, i) => c.citations.flatMap((cite) => {
    const place = places.get(cite.passageId);
    if (!place || !cite.span) return [];
    const span: [number, number] = [cite.span[0] - place.pageStart, cite.span[1] - place.pageStart];
    // What has left the corpus since, or changed there, is no evidence any more.
    if (place.text.slice(...span) !== cite.quote) return [];
    return [{ claim: i + 1, passageId: cite.passageId, documentId: cite.documentId, documentName: cite.documentName, page: cite.page, quote: cite.quote, span, pageSpan: cite.span, ...(cite.region ? { region: cite.region } : {}), verified: true }];
  }));
}
