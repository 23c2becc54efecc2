import type { Tool, ToolContext, ToolResult } from '#activities';
import type { ErrorCode } from '#contracts';
import { answerArgsSchema, type CitedClaim, type Claim, type ResearchInput, type ResearchResult, type ResearchState } from '../contract.js';
import { citedClaim, evidenceOf, placesOf } from './citations.js';
import { checkClaims, sameText } from './evidence.js';
import { notFound, titleOf } from './not-found.js';
import { nameAll } from './shown.js';
import { guidanceOf, within } from './steering.js';

/** Takes the answer where every citation stands in the corpus, and refuses it with the reason where one does not. */
export const answer: Tool = async (ctx, args) => {
  const { claims, choice } = answerArgsSchema.parse(args);
  const input = ctx.input as ResearchInput;
  const state = ctx.state as ResearchState;
  if (claims.length === 0) return notFound(input.question, state.searches);
  const { said, repeated } = withoutQuestion(claims, input.question);
  // A model that can do no better after that gets its answer taken: its evidence is checked all the same.
  if (said.length === 0 && ctx.attempt === 1) return refusal(`Claim ${repeated} repeats the question. Say what the documents say.`, 'output_invalid');
  const shown = await within(ctx, (await guidanceOf(ctx)).scope, state.passages);
  const places = await placesOf(ctx, shown.map((p) => p.passageId));
  const checked = checkClaims(said.length ? said : claims, nameAll(shown), places);
  if (!checked.ok) return refusal(checked.reason, 'evidence_missing');
  const cited = checked.claims.map((c) => citedClaim(c, places));
  if (!input.judge) return finishAnswer(ctx, cited.map((c) => ({ ...c, support: 'unchecked' })), choice);
  return { content: 'Every quotation stands. Whether they support the claims is judged next.', state: { ...state, draft: cited, ...(choice === undefined ? {} : { choice }) } satisfies ResearchState };
};

/** Ends the run with claims whose citations stand; each ends in its number, under which its evidence is listed. */
export async function finishAnswer(ctx: ToolContext, claims: CitedClaim[], choice?: string): Promise<ToolResult> {
  const { question } = ctx.input as ResearchInput;
  const state = ctx.state as ResearchState;
  if (claims.length === 0) return notFound(question, state.searches);
  const places = await placesOf(ctx, claims.flatMap((c) => c.citations.map((cite) => cite.passageId)));
  const evidence = evidenceOf(claims, places);
  const result: ResearchResult = { answer: claims.map((c, i) => `${c.text} [${i + 1}]`).join(' '), claims, ...(choice === undefined ? {} : { choice }), found: true, searched: state.searches.map(({ query, added }) => ({ query, added })) };
  const verified = claims.every((_, i) => evidence.some((e) => e.claim === i + 1));
  // Between the check and this a document may have been deleted.
  if (!verified) return refusal('A quotation is no longer in the corpus. Answer from what is left.', 'evidence_missing');
  return { content: 'The answer was taken.', finish: { result, artifact: { kind: 'cited_answer', title: titleOf(question), content: result, evidence, verified } } };
}

function withoutQuestion(claims: Claim[], question: string): { said: Claim[]; repeated: number } {
  return { said: claims.filter((c) => !sameText(c.text, question)), repeated: claims.findIndex((c) => sameText(c.text, question)) + 1 };
}

function refusal(reason: string, code: ErrorCode): ToolResult {
  return { content: reason, error: 'agent', reject: { code, reason } };
}
