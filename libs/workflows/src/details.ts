export type Progress = {
  step: number;
  verdict: string;
  overthinking: number;
  overacting: number;
  steering: string | null;
  tokens: number;
  seconds: number;
  limits: { maxSteps: number; maxTokens: number; maxSeconds: number };
};

/** Not by Intl: its formats are large, and every run's sandbox would have its own. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/**
 * What Temporal's Web UI shows of a run, as Markdown that stays in clear (docs/decisions/0160): no word of content is in it.
 * @param outcomes `12: read_file, ok`, the latest step last
 */
export function details(head: string, p: Progress | null, outcomes: readonly string[], link: string | null): string {
  const progress = p === null ? [] : [
    `- drift: **${p.verdict}**, overthinking ${p.overthinking.toFixed(2)}, overacting ${p.overacting.toFixed(2)}${p.steering ? `, steered: ${p.steering}` : ''}`,
    `- limits: ${grouped(p.tokens)} of ${grouped(p.limits.maxTokens)} tokens, ${grouped(p.seconds)} of ${grouped(p.limits.maxSeconds)} s`,
  ];
  const below = [...progress, ...outcomes.map((line) => `- step ${line}`).reverse()];
  return [`${head}${link === null ? '' : `, [in the console](${link})`}`, ...(below.length ? ['', ...below] : [])].join('\n');
}
