/** A request of Ollama's /api/chat as a script sees it. */
export type ScriptedRequest = {
  model: string;
  messages: { role: string; content: string; images?: string[]; thinking?: string; tool_calls?: { function: { name: string; arguments: Record<string, unknown> } }[]; tool_name?: string }[];
  tools?: { function: { name: string; description: string; parameters: Record<string, unknown> } }[];
  format?: Record<string, unknown>;
  think?: boolean;
  options: Record<string, unknown>;
};

export type ScriptedAnswer = {
  content?: string;
  thinking?: string;
  toolCalls?: { name: string; args: Record<string, unknown> }[];
  /** Milliseconds that the answer takes, spread over its pieces. */
  delayMs?: number;
  /** Milliseconds that the model is said to have taken to load. */
  loadMs?: number;
  /** Answers with this status instead; `message` as Ollama's `error`. */
  error?: { status: number; message?: string };
  /** Never answers; the call ends when the client leaves or the server stops. */
  hang?: boolean;
  /** Sends its first piece and then nothing more, until the client leaves. */
  stall?: boolean;
  /** Breaks the connection after the first piece. */
  drop?: boolean;
  /** Ends the stream in order but without its last line, as Ollama does where an answer fills the context. */
  withoutEnd?: boolean;
  /** Counts to report instead of estimates; a low prompt count plays a runtime that cut the prompt. */
  promptTokens?: number;
  outputTokens?: number;
  doneReason?: 'stop' | 'length';
  /** What the embedded runtime says of axes in its last line. */
  axes?: { tokens: { projections: number[]; shifts: number[] }[]; corrected: number };
};

/** Deterministic answers: by function of the request and the number of the call from 0, or a list in order. */
export type Script = ((request: ScriptedRequest, callIndex: number) => ScriptedAnswer | Promise<ScriptedAnswer>) | ScriptedAnswer[];

/** The answer to a call; throws where a list has run out, so that no test passes on calls nobody scripted. */
export async function answerTo(script: Script, request: ScriptedRequest, callIndex: number): Promise<ScriptedAnswer> {
  if (typeof script === 'function') return script(request, callIndex);
  const answer = script[callIndex];
  if (!answer) throw new Error(`the script has ${script.length} answers and was asked for call ${callIndex + 1}`);
  return answer;
}
