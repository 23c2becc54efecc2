/**
 * What Temporal's Web UI shows of a run, as one line of Markdown: up to 200 bytes of it stay in clear
 * (docs/decisions/0051), and no word of content is in it.
 */
export function progressDetails(p: { step: number; maxSteps: number; verdict: string; overthinking: number; overacting: number; steering: string | null }, consoleUrl: string | undefined, runId: string): string {
  const steered = p.steering ? `, ${p.steering}` : '';
  return `**Step ${p.step}** of ${p.maxSteps}; drift **${p.verdict}**${steered} (thinking ${p.overthinking.toFixed(2)}, acting ${p.overacting.toFixed(2)})${link(consoleUrl, runId)}`;
}

export function endDetails(status: string, step: number, consoleUrl: string | undefined, runId: string): string {
  return `**${status}** after step ${step}${link(consoleUrl, runId)}`;
}

/** Runs that began before the address was known have no link. */
const link = (consoleUrl: string | undefined, runId: string): string => (consoleUrl ? `; [console](${consoleUrl}/runs/${runId})` : '');
