import type { Tool, ToolContext } from '#activities';
import { type CitedClaim, judgeArgsSchema, MAX_SEARCHES, type ResearchInput, type ResearchState } from '../contract.js';
import { finishAnswer } from './answer.js';
import { guidanceOf, within } from './steering.js';

type Verdict = { claim: string; supported: 'yes' | 'partly' | 'no'; why?: string };
const SUPPORT = { yes: 'supported', partly: 'partly', no: 'unsupported' } as const;

/**
 * Takes a judge's verdicts on a draft whose quotations all stand. Claims that are refused are written anew once, with
 * the reason; refused again they are marked, or dropped where the run asks for that.
 */
export const judge: Tool = async (ctx, args) => {
  const { verdicts } = judgeArgsSchema.parse(args);
  const input = ctx.input as ResearchInput;
  const state = ctx.state as ResearchState;
  if ((await outside(ctx, state.draft ?? [])) && state.searches.length < MAX_SEARCHES) {
    const { draft: _, choice: _chosen, ...rest } = state;
    return { content: 'The scope was narrowed meanwhile. The answer is written anew.', state: rest satisfies ResearchState };
  }
  const judged = (state.draft ?? []).map((claim, i) => withVerdict(claim, verdicts.find((v) => v.claim === `C${i + 1}`)));
  const refused = judged.filter((j) => j.claim.support === 'unsupported');
  if (refused.length > 0 && state.refused === undefined) {
    const { draft: _, choice: _chosen, ...rest } = state;
    const reasons = refused.map((j) => ({ text: j.claim.text, why: j.why }));
    return { content: `${refused.length} of ${judged.length} claims do not follow from what they cite. They are written anew.`, state: { ...rest, refused: reasons } satisfies ResearchState };
  }
  const kept = input.unsupported === 'drop' ? judged.filter((j) => j.claim.support !== 'unsupported') : judged;
  return finishAnswer(ctx, kept.map((j) => j.claim), state.choice);
};

/** Whether an answer cites what a person has left out since. */
async function outside(ctx: ToolContext, draft: CitedClaim[]): Promise<boolean> {
  const cited = draft.flatMap((c) => c.citations);
  return (await within(ctx, (await guidanceOf(ctx)).scope, cited)).length < cited.length;
}

function withVerdict(claim: CitedClaim, verdict: Verdict | undefined): { claim: CitedClaim; why: string } {
  return { claim: { ...claim, support: verdict ? SUPPORT[verdict.supported] : 'unchecked' }, why: verdict?.why ?? '' };
}
