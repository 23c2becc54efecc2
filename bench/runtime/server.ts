import type { Speed } from './bare.js';
import type { AskedReply } from './replies.js';

export type Figures = { prompt_eval_count: number; prompt_eval_duration: number; prompt_cached_count?: number; eval_count: number; eval_duration: number; eval_foreseen_count?: number };
const NS = 1e9;

/** One reply of a server that speaks Ollama's API, by its own figures. */
export async function serverSpeed(url: string, model: string, asked: AskedReply, threads: number): Promise<Speed> {
  const figures = await writtenReply(url, model, asked, { num_thread: threads });
  return { promptPerSecond: (NS * figures.prompt_eval_count) / figures.prompt_eval_duration, replyPerSecond: (NS * figures.eval_count) / figures.eval_duration, ...(figures.eval_foreseen_count !== undefined && { foreseen: figures.eval_foreseen_count / figures.eval_count }) };
}

/** Has the reply written. @returns the server's figures */
export async function writtenReply(url: string, model: string, asked: AskedReply, more: object): Promise<Figures> {
  const { prompt, tokens, temperature } = asked;
  const body = { model, prompt, raw: true, stream: false, options: { temperature, seed: 1, repeat_penalty: 1, num_predict: tokens, num_ctx: 4096, ...more } };
  const response = await fetch(`${url}/api/generate`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Figures;
}

export type FirstToken = { turn: number; prompt: number; cached: number; ms: number };

type Message = { role: string; content: string };

/** Time to the first token of each of `count` turns; a turn is some 80 tokens of question, 8 of reply. */
export async function firstTokens(url: string, model: string, count: number): Promise<FirstToken[]> {
  const messages: Message[] = [];
  const found: FirstToken[] = [];
  for (let turn = 1; turn <= count; turn += 1) found.push(await takeTurn(url, model, messages, 'patient', turn));
  return found;
}

/** The last of `count` turns of two conversations that take turns. */
export async function alternatingTurns(url: string, model: string, count: number): Promise<FirstToken> {
  const conversations: [string, Message[]][] = [['sailor', []], ['miner', []]];
  let last: FirstToken | undefined;
  for (let turn = 1; turn <= count; turn += 1) for (const [who, messages] of conversations) last = await takeTurn(url, model, messages, who, turn);
  return last!;
}

async function takeTurn(url: string, model: string, messages: Message[], who: string, turn: number): Promise<FirstToken> {
  messages.push({ role: 'user', content: `Note ${turn}: the ${who} of visit ${turn} had a blood pressure of ${100 + turn} over ${60 + turn}, took the tablets as told, slept badly, and asked about the result of the test that was taken ${turn} weeks before. What follows from it?` });
  const { firstTokenMs, text, figures } = await stream(url, { model, messages, options: { temperature: 0, num_predict: 8, num_ctx: 4096 } });
  messages.push({ role: 'assistant', content: text });
  return { turn, prompt: figures.prompt_eval_count, cached: figures.prompt_cached_count ?? 0, ms: firstTokenMs };
}

/** `asking` short questions at once, each answered with `tokens`: what is written a second in all, and when the last has its first token. */
export async function together(url: string, model: string, asking: number, tokens: number): Promise<{ perSecond: number; firstTokenMs: number }> {
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: asking }, (_, i) => stream(url, { model, messages: [{ role: 'user', content: `Write ${i + 2} long stories about the sea and the ships that sailed it.` }], options: { temperature: 1, num_predict: tokens, num_ctx: 4096 } })),
  );
  const written = answers.reduce((sum, { figures }) => sum + figures.eval_count, 0);
  return { perSecond: (1000 * written) / (performance.now() - started), firstTokenMs: Math.max(...answers.map(({ firstTokenMs }) => firstTokenMs)) };
}

async function stream(url: string, body: object): Promise<{ firstTokenMs: number; text: string; figures: Figures }> {
  const started = performance.now();
  const response = await fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify(body) });
  let firstTokenMs = 0;
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    firstTokenMs ||= performance.now() - started;
    text += decoder.decode(chunk, { stream: true });
  }
  const lines = text.trim().split('\n').map((line) => JSON.parse(line) as Figures & { message: { content: string } });
  return { firstTokenMs, text: lines.map(({ message }) => message.content).join(''), figures: lines.at(-1)! };
}
