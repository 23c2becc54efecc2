import type { RunView } from '#contracts';

type Citation = { documentName: string; page: number | null; quote: string };
type CitedAnswer = { claims: { text: string; citations: Citation[] }[] };

/** Prints a research run's claims, each with the passages that it rests on. */
export function printAnswer(run: RunView, question: string): void {
  console.log(`\nQuestion  ${question}\n`);
  if (run.status !== 'completed') {
    console.log(`The run ended as ${run.status}: ${run.statusReason?.detail ?? 'no reason was given'}`);
    return;
  }
  const { claims } = run.result as CitedAnswer;
  const sources: Citation[] = [];
  for (const claim of claims) {
    const numbers = claim.citations.map((c) => numberOf(sources, c));
    console.log(`${claim.text} ${numbers.map((n) => `[${n}]`).join('')}`);
  }
  console.log('\nSources (each quotation was found word for word on its page)');
  sources.forEach((s, i) => console.log(`  [${i + 1}] ${s.documentName}${s.page === null ? '' : `, page ${s.page}`}: “${s.quote}”`));
}

function numberOf(sources: Citation[], citation: Citation): number {
  const at = sources.findIndex((s) => s.documentName === citation.documentName && s.page === citation.page && s.quote === citation.quote);
  return at >= 0 ? at + 1 : sources.push(citation);
}
