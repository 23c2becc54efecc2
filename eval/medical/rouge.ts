/** F1 of ROUGE-1, ROUGE-2 and ROUGE-L (Lin, 2004), as google-research's rouge_score without a stemmer counts them: small letters, words of letters and digits. */
export type Rouge = { r1: number; r2: number; rl: number };

export function rouge(candidate: string, reference: string): Rouge {
  const [c, r] = [tokensOf(candidate), tokensOf(reference)];
  return { r1: overlap(c, r, 1), r2: overlap(c, r, 2), rl: f1(longestCommon(c, r), c.length, r.length) };
}

const tokensOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

function overlap(c: string[], r: string[], n: number): number {
  const [a, b] = [grams(c, n), grams(r, n)];
  let shared = 0;
  for (const [gram, count] of a) shared += Math.min(count, b.get(gram) ?? 0);
  return f1(shared, Math.max(0, c.length - n + 1), Math.max(0, r.length - n + 1));
}

function grams(tokens: string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = tokens.slice(i, i + n).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** Length of the longest common subsequence, with one row of memory. */
function longestCommon(a: string[], b: string[]): number {
  const row = new Uint16Array(b.length + 1);
  for (const x of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!;
      row[j] = x === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]!);
      diagonal = above;
    }
  }
  return row[b.length]!;
}

const f1 = (shared: number, c: number, r: number): number => (shared === 0 ? 0 : (2 * shared) / (c + r));
