import type { ToolContext, ToolResult, TurnContext } from '#activities';
import type { z } from 'zod';
import type { Citation, Coverage, Item, ResearchInput, ResearchResult, ResearchState, Scope } from '../../contract.js';
import type { JsonSchema } from '../formats.js';
import type { NamedPassage } from '../shown.js';

export type NoteItem = z.infer<typeof import('../../contract.js').noteArgsSchema>['items'][number];

/** What a turn of a task shows and asks for. `shown` are the passages whose sentences may be cited. */
export type TaskTurn = { prompt: string; items: JsonSchema; min: number; max: number; shown: NamedPassage[]; after: (state: ResearchState) => ResearchState };

/** A task beside asking: its turns follow from its state alone, so that the tool sees what the model saw. */
export type Task = {
  /** The next turn, or null where all is gathered. */
  turn(ctx: TurnContext, state: ResearchState, scope: Scope): Promise<TaskTurn | null>;
  /** An item as it is kept, its citations checked; a string is why it is left out. `turn` is the one it answers. */
  take(item: NoteItem, citations: Citation[], state: ResearchState, turn: TaskTurn): Item | string;
  /** Whether an item must cite. */
  cites(state: ResearchState, turn: TaskTurn): boolean;
  /** What follows from a turn's items beside being kept, such as an outline. */
  settle?(ctx: ToolContext, state: ResearchState, taken: Item[], raw: NoteItem[]): Promise<ResearchState> | ResearchState;
  kind: string;
  result(input: ResearchInput, state: ResearchState): ResearchResult;
  /** Statements of the result, each with its citations, in the order in which the evidence numbers them. */
  cited(result: ResearchResult): { citations: Citation[] }[];
};

export type TaskResult = ToolResult;
export type { Coverage };
