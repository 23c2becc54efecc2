import type { RunView } from '#client';

type Citation = { documentName: string; page: number | null; quote: string };
type Claim = { text: string; support?: 'supported' | 'partly' | 'unsupported' | 'unchecked'; citations: Citation[] };
type CitedAnswer = { answer: string; claims: Claim[]; searched?: { query: string }[] };

/** What the judge of support says of a claim, where that is not plain support. */
const DOUBTS: Partial<Record<NonNullable<Claim['support']>, string>> = { partly: ' (its sources support it in part)', unsupported: ' (its sources do not support it)' };

/** Prints a research run's claims, each with the passages that it rests on. */
export function printAnswer(run: RunView, question: string): void {
  console.log(`\nQuestion  ${question}\n`);
  if (run.status !== 'completed') {
    console.log(`The run ended as ${run.status}: ${run.statusReason?.detail ?? 'no reason was given'}`);
    return;
  }
  const { answer, claims, searched } = run.result as CitedAnswer;
  if (claims.length === 0) {
    console.log(`${answer} Searched for: ${(searched ?? []).map((s) => `“${s.query}”`).join(', ') || 'nothing'}`);
    return;
  }
  const sources: Citation[] = [];
  for (const claim of claims) {
    const numbers = [...new Set(claim.citations.map((c) => numberOf(sources, c)))];
    console.log(`${claim.text} ${numbers.map((n) => `[${n}]`).join('')}${DOUBTS[claim.support ?? 'unchecked'] ?? ''}`);
  }
  console.log('\nSources (each quotation was found word for word on its page)');
  sources.forEach((s, i) => console.log(`  [${i + 1}] ${s.documentName}${s.page === null ? '' : `, page ${s.page}`}: “${s.quote}”`));
}

function numberOf(sources: Citation[], citation: Citation): number {
  const at = sources.findIndex((s) => s.documentName === citation.documentName && s.page === citation.page && s.quote === citation.quote);
  return at >= 0 ? at + 1 : sources.push(citation);
}
