import type { ParsedTurn, Tool, ToolResult, TurnContext, TurnPlan } from '#activities';
import { parseStructured } from '#models';
import { z } from 'zod';
import { noteArgsSchema, type Item, type ResearchInput, type ResearchResult, type ResearchState, type TaskName } from '../../contract.js';
import { besides, lines, refused } from '../../prompts/turns.js';
import { user } from '../ask.js';
import { citationOf, evidenceOf, placesOf } from '../citations.js';
import { checkClaims } from '../evidence.js';
import { object, oneOf } from '../formats.js';
import { titleOf } from '../not-found.js';
import { type Guidance, guidanceOf } from '../steering.js';
import { compare } from './compare.js';
import { contradictions } from './contradictions.js';
import { flashcards } from './flashcards.js';
import { upToDate, withUnread } from './narrow.js';
import { report } from './report.js';
import { summary } from './summary.js';
import type { NoteItem, Task, TaskTurn } from './task.js';
import { timeline } from './timeline.js';

const TASKS: Record<Exclude<TaskName, 'ask'>, Task> = { summary, compare, contradictions, flashcards, timeline, report };
const turnSchema = z.object({ action: z.literal('note'), items: noteArgsSchema.shape.items });
const taskOf = (ctx: TurnContext): Task => TASKS[(ctx.input as ResearchInput).task as keyof typeof TASKS];

/** The next turn of a task that is not a question; one that has nothing left to read only closes. */
export async function taskTurn(ctx: TurnContext): Promise<Pick<TurnPlan, 'turn' | 'format'>> {
  const beside = await guidanceOf(ctx);
  const turn = await taskOf(ctx).turn(ctx, ctx.state as ResearchState, beside.scope);
  if (!turn) return { turn: user('Nothing is left to read.'), format: object({ action: oneOf(['note']), items: { type: 'array', items: { type: 'string' }, minItems: 0, maxItems: 0 } }) };
  const { question } = ctx.input as ResearchInput;
  const sources = turn.shown.flatMap((p) => [...p.sentences.map((s) => `${s.name}: ${s.text.replace(/\s+/g, ' ')}`), '']);
  const content = lines(question, ...besides(beside), '', ...sources, refused(ctx.rejection), turn.prompt);
  return { turn: user(content), format: object({ action: oneOf(['note']), items: { type: 'array', items: turn.items, minItems: turn.min, maxItems: turn.max } }) };
}

export function parseTask(_ctx: TurnContext, content: string): ParsedTurn {
  const turn = parseStructured(turnSchema, content);
  if (!turn.ok) return turn;
  return { ok: true, text: '', calls: [{ name: 'note', args: { items: turn.value.items } }] };
}

/**
 * Takes what a turn found. Each citation is looked up in the corpus; an item whose citation does not stand, or that its
 * task refuses, is left out. Where all of them are, the turn is tried again once with the reasons.
 */
export const note: Tool = async (ctx, args): Promise<ToolResult> => {
  const { items } = noteArgsSchema.parse(args);
  const state = ctx.state as ResearchState;
  const task = taskOf(ctx);
  const guidance = await guidanceOf(ctx);
  const { scope } = guidance;
  const turn = await task.turn(ctx, state, scope);
  if (!turn) return finish(ctx, task, await upToDate(ctx, guidance, state), guidance);
  const places = await placesOf(ctx, turn.shown.map((p) => p.passageId));
  const taken = items.map((item) => take(task, turn, state, item, places));
  const kept = taken.filter((t): t is Item => typeof t !== 'string');
  const reasons = taken.filter((t) => typeof t === 'string');
  if (items.length > 0 && kept.length === 0 && ctx.attempt === 1) return { content: reasons.join(' '), error: 'agent', reject: { code: 'evidence_missing', reason: reasons.join(' ') } };
  const noted = turn.after({ ...state, items: [...(state.items ?? []), ...kept] });
  const settled = await upToDate(ctx, guidance, task.settle ? await task.settle(ctx, noted, kept, items) : noted);
  if ((await task.turn(ctx, settled, scope)) === null) return finish(ctx, task, settled, guidance);
  const far = settled.progress ? ` ${settled.progress.passagesRead} of ${settled.progress.passages} passages are read.` : '';
  return { content: `${kept.length} of ${items.length} were taken.${far}`, state: settled, gain: items.length ? kept.length / items.length : 0 };
};

function take(task: Task, turn: TaskTurn, state: ResearchState, item: NoteItem, places: Awaited<ReturnType<typeof placesOf>>): Item | string {
  const sentences = Array.isArray(item['sentences']) ? item['sentences'] : [];
  if (sentences.length === 0) return task.cites(state, turn) ? 'An item names no sentence.' : task.take(item, [], state, turn);
  const checked = checkClaims([{ text: 'item', sentences }], turn.shown, places);
  if (!checked.ok) return checked.reason;
  return task.take(item, checked.claims[0]!.evidence.map((e) => citationOf(e, places.get(e.passageId)?.section ?? null)), state, turn);
}

/** What a task has gathered so far, as its result would be. */
export function gathered(input: ResearchInput, state: ResearchState): ResearchResult & { progress?: ResearchState['progress'] } {
  return { ...TASKS[input.task as keyof typeof TASKS].result(input, state), ...(state.progress ? { progress: state.progress } : {}) };
}

async function finish(ctx: Parameters<Tool>[0], task: Task, state: ResearchState, guidance: Guidance): Promise<ToolResult> {
  const input = ctx.input as ResearchInput;
  const found = task.result(input, state);
  const result = found.coverage ? { ...found, coverage: await withUnread(ctx, guidance, found.coverage) } : found;
  const cited = task.cited(result);
  const places = await placesOf(ctx, cited.flatMap((c) => c.citations.map((cite) => cite.passageId)));
  const evidence = evidenceOf(cited, places);
  const verified = cited.every((c, i) => c.citations.length === 0 || evidence.some((e) => e.claim === i + 1));
  if (!verified) return { content: 'A quotation is no longer in the corpus.', error: 'agent', reject: { code: 'evidence_missing', reason: 'A document that was cited is no longer in the corpus.', fatal: true } };
  return { content: 'All was gathered.', finish: { result, artifact: { kind: task.kind, title: titleOf(input.question), content: result, evidence, verified } } };
}
