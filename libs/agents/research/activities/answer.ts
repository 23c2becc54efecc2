import type { Tool, ToolResult } from '#activities';
import type { ErrorCode } from '#contracts';
import { type PlacedPassage, readPassages, withTx } from '#store';
import { answerArgsSchema, type Claim, type ResearchInput, type ResearchResult, type ResearchState } from '../contract.js';
import { checkClaims, type CheckedClaim, sameText } from './evidence.js';
import { nameAll } from './shown.js';

const TITLE_LENGTH = 120;

/** Takes the answer where every citation stands in the corpus, and refuses it with the reason where one does not. */
export const answer: Tool = async (ctx, args) => {
  const { claims } = answerArgsSchema.parse(args);
  const { question } = ctx.input as ResearchInput;
  const state = ctx.state as ResearchState;
  const { said, repeated } = withoutQuestion(claims, question);
  // A model that can do no better after that gets its answer taken: its evidence is checked all the same.
  if (said.length === 0 && ctx.attempt === 1) return refusal(`Claim ${repeated} repeats the question. Say what the documents say.`, 'output_invalid');
  const corpus = { tenantId: ctx.tenantId, corpusId: ctx.corpusId! };
  const places = await withTx(ctx.deps.pool, ctx.tenantId, (tx) => readPassages(tx, corpus, state.passages.map((p) => p.passageId)));
  const checked = checkClaims(said.length ? said : claims, nameAll(state.passages), new Map(places.map((p) => [p.passageId, p])));
  if (!checked.ok) return refusal(checked.reason, 'evidence_missing');
  const result = resultOf(checked.claims, places);
  const title = question.length > TITLE_LENGTH ? `${question.slice(0, TITLE_LENGTH - 1)}…` : question;
  const evidence = checked.claims.flatMap((c) => c.evidence);
  return { content: 'The answer was taken.', finish: { result, artifact: { kind: 'cited_answer', title, content: result, evidence, verified: true } } };
};

function withoutQuestion(claims: Claim[], question: string): { said: Claim[]; repeated: number } {
  return { said: claims.filter((c) => !sameText(c.text, question)), repeated: claims.findIndex((c) => sameText(c.text, question)) + 1 };
}

function refusal(reason: string, code: ErrorCode): ToolResult {
  return { content: reason, error: 'agent', reject: { code, reason } };
}

/** Each claim ends in its number, under which its evidence is listed. */
function resultOf(claims: CheckedClaim[], places: PlacedPassage[]): ResearchResult {
  const sections = new Map(places.map((p) => [p.passageId, p.section]));
  const answer = claims.map((c, i) => `${c.text} [${i + 1}]`).join(' ');
  return {
    answer,
    claims: claims.map((c) => ({
      text: c.text,
      citations: c.evidence.map(({ passageId, documentId, documentName, page, quote }) => ({ passageId, documentId, documentName, page, section: sections.get(passageId) ?? null, quote })),
    })),
  };
}
