/** The four divisions that ACI-Bench (Yim et al., 2023) scores by. */
export const DIVISIONS = ['subjective', 'examination', 'results', 'plan'] as const;
export type Division = (typeof DIVISIONS)[number];

const HEADING = /^[ \t]*([\p{Lu}][\p{Lu} ,/&()'-]{2,60}):?[ \t]*$/gmu;
const OF: [RegExp, Division][] = [
  [/exam|vital|objective/i, 'examination'],
  [/result|lab|imaging|data|radiolog|studies/i, 'results'],
  [/assess|plan|impression|instruction|diagnos|recommend|follow/i, 'plan'],
  [/./, 'subjective'],
];

export const divisionOf = (title: string): Division => OF.find(([pattern]) => pattern.test(title))![1];

/** A gold note's text by division; null where it has no headings in capitals. */
export function divisionsOf(note: string): Record<Division, string> | null {
  const headings = [...note.matchAll(HEADING)];
  if (headings.length < 2) return null;
  const texts: Record<Division, string[]> = { subjective: [], examination: [], results: [], plan: [] };
  headings.forEach((h, i) => texts[divisionOf(h[1]!)].push(note.slice(h.index + h[0].length, headings[i + 1]?.index ?? note.length).trim()));
  return Object.fromEntries(DIVISIONS.map((d) => [d, texts[d].filter(Boolean).join('\n\n')])) as Record<Division, string>;
}
