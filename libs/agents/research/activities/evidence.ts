import type { Evidence } from '#contracts';
import { findQuote } from '#corpus';
import type { PlacedPassage } from '#store';
import type { Claim } from '../contract.js';
import type { NamedPassage, NamedSentence } from './shown.js';

export type CheckedClaim = { text: string; evidence: Evidence[] };
export type Checked = { ok: true; claims: CheckedClaim[] } | { ok: false; reason: string };

/** Shows the model its own words again, so that it knows which quotation is meant. */
const SHOWN_OF_QUOTE = 80;

/**
 * Looks every citation up in its passage as it stands in the corpus now (`stored`, by id). One that does not stand
 * refuses the whole answer, with a reason that names claim and passage. Claims that say the same are one.
 */
export function checkClaims(claims: Claim[], shown: NamedPassage[], stored: ReadonlyMap<string, PlacedPassage>): Checked {
  const checked: CheckedClaim[] = [];
  for (const [i, claim] of claims.entries()) {
    const citations = 'quote' in claim ? citeQuote(claim, i + 1, shown, stored) : citeSentences(claim.sentences, i + 1, shown, stored);
    if (typeof citations === 'string') return { ok: false, reason: citations };
    const twin = checked.find((c) => sameText(c.text, claim.text));
    if (twin) twin.evidence.push(...citations.filter((e) => !twin.evidence.some((t) => sameSpan(t, e))));
    else checked.push({ text: claim.text.trim(), evidence: citations });
  }
  return { ok: true, claims: checked.map((c, i) => ({ ...c, evidence: c.evidence.map((e) => ({ ...e, claim: i + 1 })) })) };
}

function citeQuote(claim: { passage: string; quote: string }, n: number, shown: NamedPassage[], stored: ReadonlyMap<string, PlacedPassage>): Evidence[] | string {
  const passage = shown.find((p) => p.name === claim.passage);
  if (!passage) return `Claim ${n} names ${claim.passage}, and there is no such passage.`;
  const place = stored.get(passage.passageId);
  if (!place) return `Claim ${n} rests on ${claim.passage}, which is no longer in the corpus.`;
  const span = standsOnPage(claim.quote, place);
  if (!span) return `Claim ${n}: the quotation "${claim.quote.replace(/\s+/g, ' ').slice(0, SHOWN_OF_QUOTE)}" does not stand in ${claim.passage}. Quote word for word from the passage you name.`;
  return [evidenceOf(place, span)];
}

function citeSentences(names: string[], n: number, shown: NamedPassage[], stored: ReadonlyMap<string, PlacedPassage>): Evidence[] | string {
  const sentences = new Map(shown.flatMap((p) => p.sentences.map((s) => [s.name, s] as const)));
  const evidence: Evidence[] = [];
  for (const name of new Set(names)) {
    const sentence = sentences.get(name);
    if (!sentence) return `Claim ${n} names ${name}, and there is no such sentence.`;
    const place = stored.get(sentence.passage.passageId);
    const span = place ? sentenceSpan(sentence, place) : null;
    if (!place || !span) return `Claim ${n} rests on ${name} of ${sentence.passage.name}, which is no longer in the corpus.`;
    evidence.push(evidenceOf(place, span));
  }
  return evidence;
}

/** The quotation must stand in the passage that is named and on the page that the citation will name. */
function standsOnPage(quote: string, place: PlacedPassage): [number, number] | null {
  const span = findQuote(quote, place.text);
  return span && standsThere(place, span) ? span : null;
}

function sentenceSpan(s: NamedSentence, place: PlacedPassage): [number, number] | null {
  return place.text.slice(s.start, s.end) === s.text && standsThere(place, [s.start, s.end]) ? [s.start, s.end] : null;
}

function standsThere(p: PlacedPassage, [start, end]: [number, number]): boolean {
  return p.pageText.slice(p.pageStart + start, p.pageStart + end) === p.text.slice(start, end);
}

function evidenceOf(p: PlacedPassage, span: [number, number]): Evidence {
  const pageSpan: [number, number] = [p.pageStart + span[0], p.pageStart + span[1]];
  const region = regionOf(p, pageSpan);
  return { claim: 0, passageId: p.passageId, documentId: p.documentId, documentName: p.documentName, page: p.page, quote: p.text.slice(...span), span, pageSpan, ...(region ? { region } : {}), verified: true };
}

/** The part of the page's picture that holds all of a span. */
function regionOf(p: PlacedPassage, [start, end]: [number, number]): number[] | null {
  const boxes = (p.regions ?? []).filter((r) => r.start < end && r.end > start).map((r) => r.box);
  if (boxes.length === 0) return null;
  const [left, top] = [Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1]))];
  return [left, top, Math.max(...boxes.map((b) => b[0] + b[2])) - left, Math.max(...boxes.map((b) => b[1] + b[3])) - top];
}

const sameSpan = (a: Evidence, b: Evidence): boolean => a.passageId === b.passageId && a.span[0] === b.span[0] && a.span[1] === b.span[1];
/** Whether two texts say the same words, whatever their case and marks. */
export const sameText = (a: string, b: string): boolean => bare(a) === bare(b);
const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
