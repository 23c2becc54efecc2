import type { Speed } from './bare.js';

type Figures = { prompt_eval_count: number; prompt_eval_duration: number; prompt_cached_count?: number; eval_count: number; eval_duration: number };
const NS = 1e9;

/** One greedy reply of a server that speaks Ollama's API, by its own figures. The prompt differs in its first word, so that nothing is reused. */
export async function serverSpeed(url: string, model: string, prompt: string, threads: number, tokens: number): Promise<Speed> {
  const body = { model, prompt: `${Math.random()} ${prompt}`, raw: true, stream: false, options: { temperature: 0, repeat_penalty: 1, num_predict: tokens, num_ctx: 4096, num_thread: threads } };
  const response = await fetch(`${url}/api/generate`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  const figures = (await response.json()) as Figures;
  return { promptPerSecond: (NS * figures.prompt_eval_count) / figures.prompt_eval_duration, replyPerSecond: (NS * figures.eval_count) / figures.eval_duration };
}

export type FirstToken = { turn: number; prompt: number; cached: number; ms: number };

/** Time to the first token of each of `count` turns; a turn is some 80 tokens of question, 8 of reply. */
export async function firstTokens(url: string, model: string, count: number): Promise<FirstToken[]> {
  const messages: { role: string; content: string }[] = [];
  const found: FirstToken[] = [];
  for (let turn = 1; turn <= count; turn += 1) {
    messages.push({ role: 'user', content: `Note ${turn}: the patient of visit ${turn} had a blood pressure of ${100 + turn} over ${60 + turn}, took the tablets as told, slept badly, and asked about the result of the test that was taken ${turn} weeks before. What follows from it?` });
    const started = performance.now();
    const response = await fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify({ model, messages, options: { temperature: 0, num_predict: 8, num_ctx: 4096 } }) });
    let ms = 0;
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      ms ||= performance.now() - started;
      text += decoder.decode(chunk, { stream: true });
    }
    const lines = text.trim().split('\n').map((line) => JSON.parse(line) as Figures & { message: { content: string } });
    messages.push({ role: 'assistant', content: lines.map(({ message }) => message.content).join('') });
    const figures = lines.at(-1)!;
    found.push({ turn, prompt: figures.prompt_eval_count, cached: figures.prompt_cached_count ?? 0, ms });
  }
  return found;
}
