import { z } from 'zod';
import type { AgentImplementation, ToolContext, ToolResult, TurnPlan } from '#activities';
import type { AgentContract, ChatResult, ToolKind } from '#contracts';
import { parseStructured } from '#models';
import { repeatedShare } from '../steering/arms.js';

/**
 * Three kinds of work that a model of 270 million parameters can begin and easily goes wrong at: it repeats itself
 * within a few dozen tokens and breaks formats. Each step is one piece; a piece that is no good is refused by its tool.
 */
export const KINDS = ['extraction', 'list', 'continuation'] as const;
export type Kind = (typeof KINDS)[number];

type Pieces = { pieces: string[] };
type Work = {
  kind: Kind;
  tool: string;
  toolKind: ToolKind;
  maxTokens: number;
  /** JSON Schema that the reply must satisfy: without one, a base model writes no JSON at all. */
  format?: Record<string, unknown>;
  system(input: Record<string, unknown>): string;
  turn(input: Record<string, unknown>, done: Pieces): string;
  /** The piece that a reply holds, or why it holds none. */
  read(content: string): { piece: string } | { reason: string };
  /** Why a piece is not taken, or null. */
  refuse(piece: string, input: Record<string, unknown>, done: Pieces): string | null;
  wanted(input: Record<string, unknown>): number;
};

const recordSchema = z.object({ population: z.string().min(3).max(90), outcome: z.string().min(3).max(90) });
const { $schema: _, ...RECORD } = z.toJSONSchema(recordSchema) as Record<string, unknown>;
const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
/** Share of a field's words that must stand in the abstract. */
const FROM_SOURCE = 0.5;
/** Share of a piece's word triples that may have stood before. */
const MAY_REPEAT = 0.5;

const EXAMPLES = `Abstract: We followed 240 adults with hypertension for two years and measured blood pressure every month.
{"population": "240 adults with hypertension", "outcome": "blood pressure"}
Abstract: In 52 children with asthma, an inhaled steroid was compared with placebo. Nights with cough were counted.
{"population": "52 children with asthma", "outcome": "nights with cough"}`;

const WORKS: Work[] = [
  {
    kind: 'extraction', tool: 'keep_record', toolKind: 'mutate', maxTokens: 64, format: RECORD,
    system: () => 'You extract who was studied and what was measured, in words of the abstract, as one line of JSON.',
    turn: (input, { pieces }) => `${EXAMPLES}\nAbstract: ${(input['abstracts'] as string[])[pieces.length] ?? ''}`,
    read: (content) => {
      const parsed = parseStructured(recordSchema, content);
      return parsed.ok ? { piece: JSON.stringify(parsed.value) } : parsed;
    },
    refuse: (piece, input, { pieces }) => {
      const source = new Set(words((input['abstracts'] as string[])[pieces.length] ?? ''));
      const bad = Object.entries(JSON.parse(piece) as Record<string, string>).find(([, value]) => words(value).filter((word) => source.has(word)).length < FROM_SOURCE * Math.max(1, words(value).length));
      return bad ? `The ${bad[0]} does not stand in this abstract.` : null;
    },
    wanted: (input) => (input['abstracts'] as string[]).length,
  },
  {
    kind: 'list', tool: 'add_item', toolKind: 'mutate', maxTokens: 12,
    system: (input) => `You write a list of ${String(input['topic'])}, one item a turn, each a few words, and none of them twice.`,
    turn: (input, { pieces }) => `Item ${pieces.length + 1} of the list of ${String(input['topic'])}:`,
    read: (content) => {
      const piece = (content.trim().split('\n')[0] ?? '').replace(/^[\s\d.*-]+/, '').trim();
      return piece ? { piece } : { reason: 'There is no item.' };
    },
    refuse: (piece, _input, { pieces }) => (pieces.some((one) => words(one).join(' ') === words(piece).join(' ')) ? `${piece} is on the list already.` : words(piece).length > 8 ? 'An item has a few words only.' : null),
    wanted: () => 6,
  },
  {
    kind: 'continuation', tool: 'append_text', toolKind: 'mutate', maxTokens: 48,
    system: (input) => `You go on with this text, each time with something that it does not say yet.\n\n${String(input['text'])}`,
    turn: () => 'Go on.',
    read: (content) => (words(content).length < 5 ? { reason: 'That is too short.' } : { piece: content.trim() }),
    refuse: (piece, input, { pieces }) => {
      const before = [String(input['text']), ...pieces].join(' ');
      const own = words(piece).length - 2;
      // Triples of the whole that repeat, beyond those that repeated before, are the piece's.
      const repeats = repeatedShare(`${before} ${piece}`) * (words(`${before} ${piece}`).length - 2) - repeatedShare(before) * (words(before).length - 2);
      return repeats > MAY_REPEAT * Math.max(1, own) ? 'This says again what the text says already.' : null;
    },
    wanted: () => 5,
  },
];

const MINUTE = 60_000;

function agentOf(work: Work): AgentImplementation {
  const contract: AgentContract = {
    name: work.kind, version: '1', title: work.kind, description: work.system({}).split('\n')[0]!,
    input: z.object({}).loose(), result: z.object({ pieces: z.array(z.string()) }), state: z.object({ pieces: z.array(z.string()) }),
    tools: [{ name: work.tool, description: 'Takes the next piece.', kind: work.toolKind, effect: 'read', parameters: z.object({ piece: z.string() }), timeoutMs: MINUTE }],
    // Seconds end no run: what is measured must not hang on how busy the machine is.
    limits: { maxSteps: 12, maxTokens: 200_000, maxSeconds: 7_200 },
    sampling: { maxTokens: work.maxTokens, temperature: 0.4 },
    drift: { enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: false, holdout: 0 },
    maxAttempts: 3, needsCorpus: false, memory: { tools: false, compaction: false },
  };
  const take = async (ctx: ToolContext, args: unknown): Promise<ToolResult> => {
    const [{ piece }, state, input] = [args as { piece: string }, ctx.state as Pieces, ctx.input as Record<string, unknown>];
    const refused = work.refuse(piece, input, state);
    if (refused) return { content: refused, error: 'agent' };
    const pieces = [...state.pieces, piece];
    const content = `Taken, ${pieces.length} of ${work.wanted(input)}.`;
    if (pieces.length < work.wanted(input)) return { content, state: { pieces } };
    return { content, state: { pieces }, finish: { result: { pieces }, artifact: { kind: 'eval', title: work.kind, content: { pieces }, evidence: [], verified: true } } };
  };
  return {
    contract,
    initialState: () => ({ pieces: [] }) satisfies Pieces,
    prepareTurn: async ({ input, state, rejection }): Promise<TurnPlan> => ({
      system: work.system(input as Record<string, unknown>),
      turn: [{ role: 'user', content: [rejection, work.turn(input as Record<string, unknown>, state as Pieces)].filter(Boolean).join('\n') }],
      history: 'branch',
      ...(work.format ? { format: work.format } : {}),
    }),
    parseTurn: (_ctx, out: ChatResult) => {
      const read = work.read(out.content);
      return 'reason' in read ? { ok: false, reason: read.reason } : { ok: true, text: out.content, calls: [{ name: work.tool, args: read }] };
    },
    tools: { [work.tool]: take },
  };
}

export const ladderAgents: ReadonlyMap<string, AgentImplementation> = new Map(WORKS.map((work) => [work.kind, agentOf(work)]));
