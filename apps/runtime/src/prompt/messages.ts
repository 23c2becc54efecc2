/** A message in Ollama's form. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  /** What the model thought before it said this; models without a channel for it never see it. */
  readonly thinking?: string | undefined;
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: Record<string, unknown> } }[] | undefined;
  readonly tool_name?: string | undefined;
}

/** What stands in one turn; consecutive messages of the same side share a turn, as the models were trained. */
export interface Turn {
  readonly side: 'user' | 'model';
  readonly text: string;
}

/** Turns in alternation. System and tool messages are the user's side: Gemma knows no other. */
export function toTurns(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const turn: Turn = { side: message.role === 'assistant' ? 'model' : 'user', text: textOf(message) };
    const last = turns.at(-1);
    if (last?.side === turn.side) turns[turns.length - 1] = { side: turn.side, text: [last.text, turn.text].filter(Boolean).join('\n\n') };
    else turns.push(turn);
  }
  return turns;
}

function textOf(message: Message): string {
  if (message.role === 'tool') return `Result of ${message.tool_name ?? 'the tool'}:\n${message.content.trim()}`;
  const calls = message.tool_calls?.map(({ function: call }) => JSON.stringify({ name: call.name, parameters: call.arguments })) ?? [];
  return [message.content.trim(), ...calls].filter(Boolean).join('\n');
}
